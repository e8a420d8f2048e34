// A handler behind a real listener, asked with the blocking client.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "gateway/http/client.h"
#include "gateway/http/server.h"
#include "tests/gateway/http/harness.h"

namespace keyturn::testing {

class ServedHandler {
 public:
  explicit ServedHandler(Handler& handler) {
    thread_.on_loop([&] { server_ = Server::create(thread_.loop(), {}, handler).value(); });
  }
  ~ServedHandler() {
    thread_.on_loop([&] { server_.reset(); });
  }

  std::string url(std::string_view target) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + std::string(target);
  }
  HttpResponse ask(Method method, std::string_view target, std::string body = {},
                   std::vector<Field> fields = {}) const {
    HttpCall call;
    call.method = method;
    call.url = url(target);
    call.fields = std::move(fields);
    call.body = std::move(body);
    auto response = http_request(call);
    REQUIRE_MESSAGE(response.ok(), (response.ok() ? "" : response.error().message));
    return std::move(response).value();
  }
  HttpResponse get(std::string_view target, std::vector<Field> fields = {}) const {
    return ask(Method::get, target, {}, std::move(fields));
  }

 private:
  LoopThread thread_;
  std::unique_ptr<Server> server_;
};

inline nlohmann::json json_of(const HttpResponse& response) {
  return nlohmann::json::parse(response.body);
}

}  // namespace keyturn::testing
