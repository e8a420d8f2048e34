// Bytes from a caller: whatever they are, and wherever the network cuts them, they have one
// reading.
#include <algorithm>
#include <string>

#include "gateway/http/reader.h"
#include "keyturn/limits.h"
#include "tests/fuzz/target.h"

namespace keyturn {
namespace {

std::string written(const Head& head) {
  std::string out = std::string(method_name(head.method())) + ' ' + std::string(head.target()) +
                    " host " + std::string(head.host()) + " framing " +
                    std::to_string(static_cast<int>(head.framing())) + '\n';
  for (const FieldView& field : head.fields())
    out.append(field.name).append("=").append(field.value).append("\n");
  return out;
}

// All messages in `input`, arriving `step` bytes at a time; bodies gathered or streamed.
std::string reading(std::string_view input, std::size_t step, bool gather) {
  RequestReader reader;
  std::string out;
  while (!input.empty()) {
    const std::size_t some = std::min(step, input.size());
    reader.feed(input.substr(0, some));
    input.remove_prefix(some);
    for (Read read = reader.next(); read != Read::need_more; read = reader.next()) {
      switch (read) {
        case Read::head:
          out += written(reader.head());
          if (gather) reader.gather(request_body_bytes_max);
          break;
        case Read::piece:
          out.append(reader.piece());
          break;
        case Read::end:
          if (gather) out.append(reader.body());
          out += "\n--\n";
          reader.restart();
          break;
        case Read::reject:
          return out + "rejected " + std::to_string(reader.reject().status);
        case Read::need_more:
          break;
      }
    }
  }
  return out;
}

}  // namespace
}  // namespace keyturn

KEYTURN_FUZZ_TARGET(request) {
  using keyturn::reading;
  using keyturn::fuzz::hold;
  const std::string whole = reading(input, input.size(), true);
  hold(reading(input, 1, true) == whole, "a reading does not depend on where the bytes were cut");
  // What was refused within a body may have been streamed up to there.
  const std::string streamed = reading(input, 7, false);
  if (whole.find("rejected ") == std::string::npos)
    hold(reading(input, input.size(), false) == streamed, "streamed, it is the same cut anywhere");
  if (whole.ends_with("\n--\n"))
    hold(streamed == whole, "gathered or streamed, a body is the same");
}
