// HeldExchange: the Exchange behind which a ServerConnection stands; inside gateway/http/.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "gateway/http/connection.h"
#include "gateway/http/exchange.h"

namespace keyturn {

class HeldExchange final : public Exchange {
 public:
  // May be dropped on any thread: its end is then moved to the loop's.
  static std::shared_ptr<HeldExchange> make(Loop& loop, ServerConnection& connection,
                                            Request request);
  ~HeldExchange() override;

  const Request& request() const override { return request_; }
  Loop& loop() const override { return loop_; }
  std::string take_body() override { return std::exchange(request_.body, {}); }
  void respond(Response response) override;
  void begin(unsigned status, std::vector<Field> fields) override;
  bool write(std::string_view chunk) override;
  void end() override;
  void cut() override;
  std::size_t unsent_bytes() const override;
  void on_drained(std::function<void()> function) override;
  void on_gone(std::function<void()> function) override;
  bool gone() const override { return gone_; }
  bool answered() const override { return state_ != State::open; }

  // From the connection. It is gone for this exchange after client_gone() or detach().
  void client_gone();
  void client_drained();
  void detach();

 private:
  enum class State : std::uint8_t { open, streaming, done };

  struct Functions {
    std::function<void()> on_gone, on_drained;
  };
  Functions finish();

  HeldExchange(Loop& loop, ServerConnection& connection, Request request);

  Loop& loop_;
  ServerConnection* connection_;  // null once it has closed, or gone on to another request
  Request request_;
  State state_ = State::open;
  bool gone_ = false;
  std::function<void()> on_gone_;
  std::function<void()> on_drained_;
};

}  // namespace keyturn
