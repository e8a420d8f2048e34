#include "gateway/proxy/dispatch.h"

#include <utility>

namespace keyturn {
namespace {

// One command under way: what is told to those who wait, and what to the journal.
struct Flight {
  explicit Flight(std::shared_ptr<std::atomic<std::size_t>> count) : under_way(std::move(count)) {
    ++*under_way;
  }
  ~Flight() { --*under_way; }
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

  const std::shared_ptr<std::atomic<std::size_t>> under_way;
  std::shared_ptr<SharedAnswer> answer = std::make_shared<SharedAnswer>();
  std::function<void(intent::Outcome)> done;
  std::string command;
  unsigned status = 0;

  void finish(const Outcome& outcome) {
    intent::Outcome out;
    out.id = command;
    switch (outcome.sent) {
      case Sent::complete:
        out.kind = intent::Outcome::Kind::answered;
        out.status = status;
        break;
      case Sent::not_sent:
        out.kind = intent::Outcome::Kind::not_sent;
        break;
      case Sent::unknown:
        // A head that came says what the endpoint answered, even if the body broke off.
        out.kind = status == 0 ? intent::Outcome::Kind::unknown : intent::Outcome::Kind::answered;
        out.status = status;
        break;
    }
    answer->done(outcome);
    done(std::move(out));
  }
};

}  // namespace

LoopDispatcher::LoopDispatcher(const Routes& routes, std::vector<Lane> lanes)
    : routes_(routes), lanes_(std::move(lanes)) {}

std::shared_ptr<SharedAnswer> LoopDispatcher::dispatch(const LoggedDecision& decision,
                                                       const BodyRecord& record,
                                                       std::function<void(intent::Outcome)> done) {
  auto flight = std::make_shared<Flight>(under_way_);
  flight->done = std::move(done);
  flight->command = decision.command();
  auto answer = flight->answer;

  const auto endpoint = routes_.charter->find_endpoint(record.endpoint);
  const auto method = method_of(record.method);
  if (!endpoint || !method) {
    flight->finish({Sent::not_sent, "the command's endpoint or method is not known here"});
    return answer;
  }
  UpstreamRequest request;
  const Settings& settings = routes_.settings();
  request.origin = settings.destinations[endpoint->value]->origin();
  request.method = *method;
  request.target = record.target;
  const std::vector<Field>& injected = settings.injected[endpoint->value];
  for (const auto& [name, value] : record.headers) {
    // The gateway's credential stands alone, as on a pass.
    if (!only_field(injected, name)) request.fields.push_back({name, value});
  }
  request.fields.insert(request.fields.end(), injected.begin(), injected.end());
  request.fields.push_back({"Keyturn-Command", decision.command()});
  if (const auto until = decision.lease_until()) {
    request.fields.push_back({"Keyturn-Lease-Until", until->to_string()});
  }
  request.body = record.body;
  request.fresh_connection = true;

  const Lane lane = lanes_[next_++ % lanes_.size()];
  lane.loop->post([lane, flight, request = std::move(request)]() mutable {
    Callbacks callbacks;
    callbacks.on_head = [flight](unsigned status, const std::vector<Field>& fields) {
      flight->status = status;
      flight->answer->head(status, fields);
    };
    callbacks.on_chunk = [flight](std::string_view chunk) { (void)flight->answer->chunk(chunk); };
    callbacks.on_done = [flight](const Outcome& outcome) { flight->finish(outcome); };
    (void)lane.upstreams->fetch(std::move(request), std::move(callbacks));
  });
  return answer;
}

}  // namespace keyturn
