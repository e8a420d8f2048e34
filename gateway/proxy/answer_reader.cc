#include "gateway/proxy/answer_reader.h"

#include <algorithm>
#include <utility>

#include "gateway/proxy/refusal.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

constexpr std::uint64_t slice_bytes = 64 << 10;
static_assert(slice_bytes >= stream_error_bytes_max);
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

// `text/event-stream`, with or without parameters.
bool is_stream(const SharedAnswer::View& view) {
  constexpr std::string_view wanted = "text/event-stream";
  const std::string_view type = only_field(view.fields, "content-type").value_or("");
  return view.status >= 200 && view.status < 300 &&
         same_name(type.substr(0, wanted.size()), wanted) &&
         (type.size() == wanted.size() || type[wanted.size()] == ';' || type[wanted.size()] == ' ');
}

}  // namespace

AnswerReader::AnswerReader(std::shared_ptr<Exchange> exchange, std::shared_ptr<SharedAnswer> answer,
                           std::string command, std::optional<StreamApi> stream,
                           std::function<void()> on_first)
    : exchange_(std::move(exchange)),
      answer_(std::move(answer)),
      command_(std::move(command)),
      stream_(stream),
      on_first_(std::move(on_first)) {}

void AnswerReader::start() {
  // The answer is written on another loop perhaps: it only posts to ours. It is kept longer than
  // its readers, and does not keep them.
  watcher_ = answer_->watch([weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->exchange_->loop().post([self] { self->pump(); });
    }
  });
}

void AnswerReader::stop() {
  finished_ = true;
  answer_->unwatch(watcher_);
}

AnswerReader::~AnswerReader() { answer_->unwatch(watcher_); }

void AnswerReader::pump() {
  while (!finished_ && !exchange_->gone()) {
    if (exchange_->unsent_bytes() > unsent_bytes_high) {
      exchange_->on_drained([self = shared_from_this()] { self->pump(); });
      return;
    }
    const SharedAnswer::View view = answer_->look(offset_, slice_bytes, !begun_);
    if (!view.has_head) {
      if (view.finished) finish_without_head(view.outcome);
      return;
    }
    if (!begun_ && !begin(view)) return;
    if (!view.bytes.empty()) {
      offset_ += view.bytes.size();
      if (!exchange_->write(view.bytes)) finished_ = true;
    }
    if (view.finished || (view.cut && view.bytes.empty())) {
      finished_ = true;
      if (view.finished && view.outcome.sent == Sent::complete && !view.cut) {
        exchange_->end();
      } else {
        exchange_->cut();  // a part must not be taken for the whole
      }
      return;
    }
    if (view.bytes.empty()) return;
  }
}

void AnswerReader::first() {
  begun_ = true;
  if (const auto on_first = std::exchange(on_first_, nullptr)) on_first();
}

// False: there is nothing more to write, or not yet.
bool AnswerReader::begin(const SharedAnswer::View& view) {
  if (stream_) {
    begin_in_stream(view);
    return begun_ && !finished_;
  }
  first();
  if (view.finished && view.outcome.sent == Sent::complete && !view.cut) {
    finished_ = true;
    Response response;
    response.status = view.status;
    response.fields = passed_on(view.fields, command_);
    response.body = view.bytes;
    exchange_->respond(std::move(response));
    return false;
  }
  exchange_->begin(view.status, passed_on(view.fields, command_));
  return true;
}

void AnswerReader::begin_in_stream(const SharedAnswer::View& view) {
  if (is_stream(view)) return first();
  // An error is read whole, or as much of it as is worth reading.
  if (view.finished || view.cut || view.bytes.size() >= stream_error_bytes_max) {
    finish_with_error(stream_error(
        view.status, only_field(view.fields, "content-type").value_or(""), view.bytes));
  }
}

void AnswerReader::finish_without_head(const Outcome& outcome) {
  const Ending ending = outcome.sent == Sent::not_sent
                            ? ending_not_sent("the endpoint could not be reached; nothing was sent")
                            : ending_outcome_unknown();
  if (stream_) return finish_with_error(stream_error(ending));
  first();
  finished_ = true;
  exchange_->respond(refusal(ending, command_));
}

void AnswerReader::finish_with_error(const StreamError& error) {
  first();
  finished_ = true;
  exchange_->write(error_event(*stream_, error, command_));
  exchange_->end();
}

}  // namespace keyturn
