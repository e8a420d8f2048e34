#include "gateway/proxy/prober.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "keyturn/limits.h"

namespace keyturn {

// One endpoint that is asked again and again.
class Prober::Patient : public std::enable_shared_from_this<Prober::Patient> {
 public:
  Patient(Loop& loop, Upstreams& upstreams, const Verdict& verdict, Probe probe)
      : loop_(loop), upstreams_(upstreams), verdict_(verdict), probe_(std::move(probe)) {}

  void ask() {
    status_ = 0;
    bytes_ = 0;
    UpstreamRequest request;
    request.origin = probe_.origin;
    request.method = probe_.method;
    request.target = probe_.target;
    request.fields = {{"User-Agent", "keyturn-probe"}, {"Accept", "*/*"}};
    // So that it says whether connections are made, and is sent whatever is thought of the origin.
    request.fresh_connection = true;
    const std::weak_ptr<Patient> weak = weak_from_this();
    Callbacks callbacks;
    callbacks.on_head = [weak](unsigned status, const std::vector<Field>&) {
      if (const auto self = weak.lock()) self->status_ = status;
    };
    callbacks.on_chunk = [weak](std::string_view chunk) {
      if (const auto self = weak.lock()) self->bytes_ += chunk.size();
    };
    callbacks.on_done = [weak](const Outcome& outcome) {
      if (const auto self = weak.lock()) self->judge(outcome);
    };
    fetch_ = upstreams_.fetch(std::move(request), std::move(callbacks));
    timer_ = after(std::min<std::uint64_t>(probe_.interval_ms, probe_answer_ms_max),
                   [](Patient& self) { self.give_up("no answer to the probe in time"); });
  }

  // Nobody asks any more.
  void leave() {
    stop();
    if (down_) verdict_(probe_, true, "it is asked no more");
  }

 private:
  template <class Function>
  Loop::TimerId after(std::uint64_t ms, Function function) {
    return loop_.after(std::chrono::milliseconds(ms), [weak = weak_from_this(), function] {
      const auto self = weak.lock();
      if (self == nullptr) return;
      self->timer_ = 0;
      function(*self);
    });
  }

  void stop() {
    if (timer_ != 0) loop_.cancel(timer_);
    if (fetch_ != nullptr) fetch_->cancel();
    timer_ = 0;
    fetch_ = nullptr;
  }

  void give_up(std::string_view why) {
    const bool talks = bytes_ > probe_answer_bytes_max;
    stop();
    found(false, talks ? too_long : why);
  }

  void judge(const Outcome& outcome) {
    fetch_ = nullptr;
    stop();
    if (outcome.sent != Sent::complete) return found(false, outcome.message);
    if (bytes_ > probe_answer_bytes_max) return found(false, too_long);
    const bool well = status_ >= 200 && status_ < 300;
    found(well, well ? "it answers" : "it answers the probe with " + std::to_string(status_));
  }

  void found(bool well, std::string_view why) {
    failures_ = well ? 0 : failures_ + 1;
    const bool down = well ? false : down_ || failures_ >= probe_failures_max;
    if (down != down_) {
      down_ = down;
      verdict_(probe_, !down, why);
    }
    timer_ = after(probe_.interval_ms, [](Patient& self) { self.ask(); });
  }

  static constexpr std::string_view too_long = "its answer to the probe is too long";

  Loop& loop_;
  Upstreams& upstreams_;
  const Verdict& verdict_;
  const Probe probe_;
  std::shared_ptr<Fetch> fetch_;
  Loop::TimerId timer_ = 0;  // the answer's deadline, or the next time
  unsigned status_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t failures_ = 0;
  bool down_ = false;
};

Prober::Prober(Loop& loop, Upstreams& upstreams, Verdict verdict)
    : loop_(loop), upstreams_(upstreams), verdict_(std::move(verdict)) {}

Prober::~Prober() { use({}); }

void Prober::use(const std::vector<Probe>& probes) {
  for (const auto& patient : patients_) patient->leave();
  patients_.clear();
  for (const Probe& probe : probes) {
    patients_.push_back(std::make_shared<Patient>(loop_, upstreams_, verdict_, probe));
    patients_.back()->ask();
  }
}

}  // namespace keyturn
