#include "gateway/metrics/metrics.h"

#include <sys/resource.h>

#include <utility>

#include "gateway/proxy/refusal.h"
#include "gateway/version.h"

namespace keyturn {
namespace {

double cpu_seconds() {
  rusage used{};
  if (getrusage(RUSAGE_SELF, &used) != 0) return 0;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

Metrics::Metrics(Sequencer& sequencer, AuthorityMeters& authority, const Clock& clock)
    : sequencer_(sequencer), authority_(authority), started_(clock.now()) {}

void Metrics::handle(std::shared_ptr<Exchange> exchange) {
  const Request& request = exchange->request();
  if (request.path != path) {
    return exchange->respond(refusal(404, "not-found", "only /metrics is here"));
  }
  if (request.method != Method::get && request.method != Method::head) {
    Response response = refusal(405, "method", "this resource answers to GET alone");
    response.fields.push_back({"Allow", "GET"});
    return exchange->respond(std::move(response));
  }
  const auto respond = [this, exchange] {
    exchange->loop().post([this, exchange] { exchange->respond(answer()); });
  };
  // While the journal is closed, what it told last.
  sequencer_.inspect(
      [this, respond](const Ledger& ledger, const Journal&, Time now) {
        authority_.refresh(ledger, now);
        respond();
      },
      respond);
}

Response Metrics::answer() const {
  MetricsText text;
  text.gauge("keyturn_build_info", "Which version of Keyturn this is.");
  text.sample({{"version", version()}}, std::uint64_t{1});
  text.gauge("process_start_time_seconds", "When the process started, in Unix time.");
  text.sample({}, static_cast<std::uint64_t>(started_.seconds));
  text.counter("process_cpu_seconds_total", "Processor time, of user and system.");
  text.sample({}, cpu_seconds());
  text.gauge("keyturn_ready",
             "Whether gated requests are decided: the journal is open, and the "
             "clock not behind it.");
  text.sample({}, std::uint64_t{sequencer_.ready() ? 1u : 0u});
  authority_.write(text);
  for (const Source& source : sources_) source(text);

  Response response;
  response.fields = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                     {"Cache-Control", "no-store"}};
  response.body = text.take();
  return response;
}

}  // namespace keyturn
