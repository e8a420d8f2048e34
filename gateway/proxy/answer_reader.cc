#include "gateway/proxy/answer_reader.h"

#include <algorithm>
#include <utility>

#include "gateway/proxy/refusal.h"

namespace keyturn {
namespace {

constexpr std::uint64_t slice_bytes = 64 << 10;
constexpr std::size_t unsent_bytes_high = 256 << 10;

bool begins_with(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() && same_name(name.substr(0, prefix.size()), prefix);
}

// What only the gateway says, and whom a browser may let read the answer: of a gated request that
// is not the endpoint's to say.
bool not_the_endpoints(std::string_view name) {
  return begins_with(name, "keyturn-") || begins_with(name, "access-control-");
}

// What belongs to one connection, not to the answer (RFC 9110 section 7.6.1), and what the writer
// sets.
bool of_the_connection(std::string_view name) {
  static constexpr std::string_view names[] = {
      "connection", "keep-alive", "proxy-connection", "transfer-encoding",
      "te",         "trailer",    "upgrade",          "content-length",
      "date"};
  return std::any_of(std::begin(names), std::end(names),
                     [name](std::string_view one) { return same_name(name, one); });
}

std::vector<Field> passed_on(const std::vector<Field>& fields, const std::string& command) {
  std::vector<Field> out;
  for (const Field& field : fields) {
    if (!of_the_connection(field.name) && !not_the_endpoints(field.name)) out.push_back(field);
  }
  out.push_back({"Keyturn-Command", command});
  return out;
}

}  // namespace

AnswerReader::AnswerReader(std::shared_ptr<Exchange> exchange, std::shared_ptr<SharedAnswer> answer,
                           std::string command)
    : exchange_(std::move(exchange)), answer_(std::move(answer)), command_(std::move(command)) {}

void AnswerReader::start() {
  // The exchange keeps its reader until it is over; the answer, which is kept longer, does not.
  exchange_->on_gone([self = shared_from_this()] { self->finished_ = true; });
  // The answer is written on another loop perhaps: it only posts to ours.
  answer_->watch([weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->exchange_->loop().post([self] { self->pump(); });
    }
  });
}

void AnswerReader::pump() {
  while (!finished_ && !exchange_->gone()) {
    if (exchange_->unsent_bytes() > unsent_bytes_high) {
      exchange_->on_drained([self = shared_from_this()] { self->pump(); });
      return;
    }
    SharedAnswer::View view = answer_->look(offset_, slice_bytes, !begun_);
    if (!view.has_head) {
      if (view.finished) finish_without_head(view.outcome);
      return;
    }
    const bool whole = view.finished && view.outcome.sent == Sent::complete && !view.cut;
    if (!begun_ && whole) {
      finished_ = true;
      Response response;
      response.status = view.status;
      response.fields = passed_on(view.fields, command_);
      response.body = std::move(view.bytes);
      exchange_->respond(std::move(response));
      return;
    }
    if (!begun_) {
      begun_ = true;
      exchange_->begin(view.status, passed_on(view.fields, command_));
    }
    if (!view.bytes.empty()) {
      offset_ += view.bytes.size();
      if (!exchange_->write(view.bytes)) finished_ = true;
    }
    if (view.finished || (view.cut && view.bytes.empty())) {
      finished_ = true;
      if (whole) {
        exchange_->end();
      } else {
        exchange_->cut();  // a part must not be taken for the whole
      }
      return;
    }
    if (view.bytes.empty()) return;
  }
}

void AnswerReader::finish_without_head(const Outcome& outcome) {
  finished_ = true;
  exchange_->respond(
      refusal(outcome.sent == Sent::not_sent
                  ? ending_not_sent("the endpoint could not be reached; nothing was sent")
                  : ending_outcome_unknown(),
              command_));
}

}  // namespace keyturn
