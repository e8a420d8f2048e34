#include "gateway/http/writer.h"

#include <charconv>

#include "gateway/http/admit.h"

namespace keyturn {

void write_fields(std::string& out, const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    if (hop_by_hop(field.name) || field.name.empty()) continue;
    bool sound = field.name.find_first_of("\r\n: ") == std::string::npos;
    sound = sound && field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
    if (sound) write_field(out, field.name, field.value);
  }
}

void write_length(std::string& out, std::uint64_t bytes) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, bytes).ptr;
  write_field(out, "Content-Length", {digits, static_cast<std::size_t>(end - digits)});
}

void write_status_line(std::string& out, unsigned status) {
  const char digits[] = {static_cast<char>('0' + status / 100 % 10),
                         static_cast<char>('0' + status / 10 % 10),
                         static_cast<char>('0' + status % 10), ' '};
  out.append("HTTP/1.1 ").append(digits, sizeof digits);
  out.append(reason_phrase(status)).append("\r\n");
}

void write_request_line(std::string& out, std::string_view method, std::string_view target) {
  out.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
}

ChunkLine::ChunkLine(std::uint64_t bytes) : begin_(sizeof text_) {
  text_[--begin_] = '\n';
  text_[--begin_] = '\r';
  do {
    text_[--begin_] = "0123456789abcdef"[bytes & 15];
    bytes >>= 4;
  } while (bytes != 0);
}

}  // namespace keyturn
