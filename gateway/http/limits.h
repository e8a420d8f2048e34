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
  std::uint32_t handshake_ms = tls_handshake_ms_max;  // from the accept to the end of TLS's own
  std::uint32_t head_ms = head_ms_max;    // from a head's first byte (or the accept) to its end
  std::uint32_t body_ms = body_ms_max;    // a buffered body, from head to last byte
  std::uint32_t idle_ms = idle_ms_max;    // between two requests of one connection
  std::uint32_t stall_ms = stall_ms_max;  // a streamed body or an answer that makes no progress
  std::uint32_t linger_ms =
      linger_ms_max;  // after a refusal: wait so long for the client to read it
  std::uint32_t connections_max = keyturn::connections_max;
  std::uint32_t connections_per_peer_max =
      keyturn::connections_per_peer_max;  // of one address; a front proxy is one address
  std::uint64_t body_bytes_max = request_body_bytes_max;  // a buffered body: 413 above it
  // What write() may leave unsent to a slow reader before the stream is cut.
  std::uint64_t unsent_bytes_max = keyturn::unsent_bytes_max;
};

struct UpstreamLimits {
  std::uint32_t connect_ms = upstream_connect_ms_max;
  std::uint32_t handshake_ms = tls_handshake_ms_max;
  std::uint32_t first_byte_ms = upstream_first_byte_ms_max;  // from the request's last byte to the
                                                             // answer's head: models think long
  std::uint32_t stall_ms =
      upstream_stall_ms_max;  // between two bytes of an answer, or of a request being sent
  std::uint32_t idle_ms = upstream_idle_ms_max;              // in the pool
  std::uint32_t connections_max = upstream_connections_max;  // to one origin, from one loop
  std::uint32_t idle_max = upstream_idle_max;                // of them kept while unused
  std::uint32_t pending_max =
      upstream_pending_max;  // requests waiting for a connection; above it 503
  std::uint32_t pending_ms = upstream_pending_ms_max;
  // An origin that fails so often in a row is left alone: first for eject_ms, then twice as long
  // each time.
  std::uint32_t failures_max = upstream_failures_max;
  std::uint32_t eject_ms = upstream_eject_ms_min;
  std::uint32_t eject_ms_max = upstream_eject_ms_max;
  friend bool operator==(const UpstreamLimits&, const UpstreamLimits&) = default;
};

}  // namespace keyturn
