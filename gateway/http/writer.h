// Writers: heads as they go on the wire, from admitted parts only, with framing made anew.
//
// Promises: nothing is copied from a message but names and values that were judged; Content-Length,
// Transfer-Encoding and Connection are ours. Fields with a byte that could end a line are left out
// (a bug of the caller's, not an attack: what comes from outside was judged before).
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/message.h"

namespace keyturn {

inline void write_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}
void write_fields(std::string& out, const std::vector<Field>& fields);
void write_length(std::string& out, std::uint64_t bytes);
void write_status_line(std::string& out, unsigned status);
void write_request_line(std::string& out, std::string_view method, std::string_view target);

inline constexpr std::string_view chunked_field = "Transfer-Encoding: chunked\r\n";
inline constexpr std::string_view close_field = "Connection: close\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

// `1f4` CRLF: the line before a chunk's data.
class ChunkLine {
 public:
  explicit ChunkLine(std::uint64_t bytes);
  std::string_view view() const { return {text_ + begin_, sizeof text_ - begin_}; }

 private:
  char text_[18];
  std::size_t begin_;
};

}  // namespace keyturn
