// A small blocking HTTP client, for the command line and for tests. Not for the gateway's own
// threads.
//
// Promises: one request on one fresh connection, never retried, redirects not followed, the answer
// checked as strictly as the gateway checks an upstream's. An https:// server's certificate is
// verified, always. Errors: unavailable — no connection, nothing was sent; unknown — sent, and no
// whole answer came; invalid — the URL, or an answer that has two readings. Statuses are answers,
// not errors. Thread rule: blocks the calling thread for at most the timeout.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/message.h"
#include "gateway/http/tls.h"
#include "keyturn/result.h"

namespace keyturn {

struct HttpResponse {
  unsigned status = 0;
  std::vector<Field> fields;
  std::string body;

  std::optional<std::string_view> field(std::string_view name) const {
    return only_field(fields, name);
  }
};

struct HttpCall {
  Method method = Method::get;
  std::string url;  // https://host:port/path?query, or http://
  std::vector<Field> fields;
  std::string body;
  std::uint32_t timeout_ms = 30'000;               // of the whole call; 0: none
  std::uint64_t body_bytes_max = 64u << 20;        // of the answer
  std::shared_ptr<const TlsClient> tls = nullptr;  // null: the system's authorities, no certificate
};

Result<HttpResponse> http_request(const HttpCall& call);

// For server-sent events and other lines: `on_line` gets each line of the answer's body as it
// arrives, without its end; false ends the call. timeout_ms here is the longest silence. The
// response's body is empty, unless the status is not 2xx: then it is the body, and on_line was not
// called.
Result<HttpResponse> http_lines(const HttpCall& call,
                                const std::function<bool(std::string_view line)>& on_line);

}  // namespace keyturn
