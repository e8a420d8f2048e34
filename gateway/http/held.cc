#include "gateway/http/held.h"

#include <utility>

namespace keyturn {

HeldExchange::HeldExchange(Loop& loop, ServerConnection& connection, Request request)
    : loop_(loop), connection_(&connection), request_(std::move(request)) {}

std::shared_ptr<HeldExchange> HeldExchange::make(Loop& loop, ServerConnection& connection,
                                                 Request request) {
  return {new HeldExchange(loop, connection, std::move(request)), [](HeldExchange* held) {
            Poller& poller = held->loop_.poller();
            if (poller.on_thread() || !poller.running()) {
              delete held;
              return;
            }
            poller.post([last = std::shared_ptr<HeldExchange>(held)] { (void)last; });
          }};
}

HeldExchange::~HeldExchange() {
  if (connection_ != nullptr && state_ != State::done)
    connection_->on_exchange_dropped(state_ == State::streaming);
}

// What is called when the client is gone, or drained, mostly keeps whoever keeps this exchange:
// once it is answered nothing is called any more, and the ring is opened. The functions may hold
// the last reference to this exchange, so they are dropped last, by the caller's frame.
HeldExchange::Functions HeldExchange::finish() {
  state_ = State::done;
  return {std::exchange(on_gone_, nullptr), std::exchange(on_drained_, nullptr)};
}

void HeldExchange::respond(Response response) {
  if (state_ != State::open) return;
  const Functions dropped = finish();
  ServerConnection* connection = std::exchange(connection_, nullptr);
  if (connection != nullptr) connection->respond(response);
}

void HeldExchange::begin(unsigned status, std::vector<Field> fields) {
  if (state_ != State::open) return;
  state_ = State::streaming;
  if (connection_ != nullptr) connection_->begin_stream(status, fields);
}

bool HeldExchange::write(std::string_view chunk) {
  if (state_ != State::streaming || connection_ == nullptr) return false;
  return connection_->write_stream(chunk);
}

void HeldExchange::end() {
  if (state_ != State::streaming) return;
  const Functions dropped = finish();
  ServerConnection* connection = std::exchange(connection_, nullptr);
  if (connection != nullptr) connection->end_stream();
}

void HeldExchange::cut() {
  const Functions dropped = finish();
  ServerConnection* connection = std::exchange(connection_, nullptr);
  if (connection != nullptr) connection->cut();
}

std::size_t HeldExchange::unsent_bytes() const {
  return connection_ != nullptr ? connection_->unsent_bytes() : 0;
}

void HeldExchange::on_drained(std::function<void()> function) {
  if (state_ == State::done) return;
  if (unsent_bytes() == 0)
    loop_.poller().defer(std::move(function));
  else
    on_drained_ = std::move(function);
}

void HeldExchange::on_gone(std::function<void()> function) {
  if (state_ == State::done) return;
  if (gone_)
    loop_.poller().defer(std::move(function));
  else
    on_gone_ = std::move(function);
}

void HeldExchange::client_gone() {
  connection_ = nullptr;
  gone_ = true;
  on_drained_ = nullptr;
  if (const auto function = std::exchange(on_gone_, nullptr)) function();
}

void HeldExchange::detach() {
  connection_ = nullptr;
  const Functions dropped = {std::exchange(on_gone_, nullptr), std::exchange(on_drained_, nullptr)};
}

void HeldExchange::client_drained() {
  if (const auto function = std::exchange(on_drained_, nullptr)) function();
}

}  // namespace keyturn
