// What one listener and one loop's upstream connections may take: deadlines, sizes, counts.
//
// The defaults are the deployment's; tests shorten them. Times are milliseconds, rounded up to the
// loop's tick. Every one of them ends in a refusal or in a closed connection, never in waiting
// longer.
#pragma once

#include <cstdint>

#include "keyturn/limits.h"

namespace keyturn {

struct ServerLimits {
  std::uint32_t head_ms = 15'000;   // from a head's first byte (or the accept) to its end
  std::uint32_t body_ms = 60'000;   // a buffered body, from head to last byte
  std::uint32_t idle_ms = 75'000;   // between two requests of one connection
  std::uint32_t stall_ms = 60'000;  // a streamed body or an answer that makes no progress
  std::uint32_t linger_ms = 1'000;  // after a refusal: wait so long for the client to read it
  std::uint32_t connections_max = 20'000;
  std::uint32_t connections_per_peer_max = 12'000;  // of one address; a front proxy is one address
  std::uint64_t body_bytes_max = request_body_bytes_max;  // a buffered body: 413 above it
  // What write() may leave unsent to a slow reader before the stream is cut.
  std::uint64_t unsent_bytes_max = 1u << 20;
};

struct UpstreamLimits {
  std::uint32_t connect_ms = 5'000;
  std::uint32_t first_byte_ms =
      600'000;  // from the request's last byte to the answer's head: models think long
  std::uint32_t stall_ms = 600'000;  // between two bytes of an answer, or of a request being sent
  std::uint32_t idle_ms = 30'000;    // in the pool
  std::uint32_t connections_max = 1'024;  // to one origin, from one loop
  std::uint32_t idle_max = 256;           // of them kept while unused
  std::uint32_t pending_max = 1'024;      // requests waiting for a connection; above it 503
  std::uint32_t pending_ms = 10'000;
};

}  // namespace keyturn
