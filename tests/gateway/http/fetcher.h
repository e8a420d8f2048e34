// Fetches from one origin, for tests: one loop with its Upstreams, and each answer waited for.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "gateway/http/upstream.h"
#include "tests/gateway/http/harness.h"

namespace keyturn {

struct Fetched {
  unsigned status = 0;
  std::vector<Field> fields;
  std::string body;
  Outcome outcome;
};

class Fetcher {
 public:
  explicit Fetcher(std::uint16_t port, UpstreamLimits limits = {})
      : Fetcher(Origin{.host = "127.0.0.1", .port = port, .secure = false, .tls = nullptr},
                limits) {}
  explicit Fetcher(Origin origin, UpstreamLimits limits = {}) : origin_(std::move(origin)) {
    thread_.on_loop([&] { upstreams_ = std::make_unique<Upstreams>(thread_.loop(), limits); });
  }
  ~Fetcher() {
    thread_.on_loop([&] { upstreams_.reset(); });
  }
  UpstreamRequest request() const {
    UpstreamRequest request;
    request.origin = origin_;
    request.method = Method::post;
    request.target = "/api/v1/tasks";
    request.fields = {{"Content-Type", "application/json"}, {"Keyturn-Warrant", "w"}};
    request.body = "{}";
    return request;
  }
  Fetched fetch(UpstreamRequest request) {
    Fetched fetched;
    std::promise<void> done;
    thread_.on_loop([&] {
      upstreams_->fetch(std::move(request),
                        {.on_head =
                             [&](unsigned status, const std::vector<Field>& fields) {
                               fetched.status = status;
                               fetched.fields = fields;
                             },
                         .on_chunk = [&](std::string_view chunk) { fetched.body += chunk; },
                         .on_done =
                             [&](Outcome outcome) {
                               fetched.outcome = std::move(outcome);
                               done.set_value();
                             }});
    });
    done.get_future().wait();
    return fetched;
  }
  LoopThread& thread() { return thread_; }
  Upstreams& upstreams() { return *upstreams_; }
  void drop_upstreams() { upstreams_.reset(); }

 private:
  const Origin origin_;
  LoopThread thread_;
  std::unique_ptr<Upstreams> upstreams_;
};

}  // namespace keyturn
