// Bytes from an upstream [T39]: one reading, wherever they were cut.
#include <algorithm>
#include <string>

#include "gateway/http/reader.h"
#include "tests/fuzz/target.h"

namespace keyturn {
namespace {

std::string reading(std::string_view input, std::size_t step, bool to_head) {
  AnswerReader reader;
  reader.start(to_head);
  std::string out;
  const auto take = [&](Read read) {
    if (read == Read::head) {
      out += std::to_string(reader.head().status) + '\n';
      for (const FieldView& field : reader.head().fields)
        out.append(field.name).append("=").append(field.value).append("\n");
    }
    if (read == Read::piece) out.append(reader.piece());
    if (read == Read::end) out += "\nend";
    if (read == Read::reject) out += "\nrejected";
    return read == Read::end || read == Read::reject;
  };
  while (!input.empty()) {
    const std::size_t some = std::min(step, input.size());
    reader.feed(input.substr(0, some));
    input.remove_prefix(some);
    for (Read read = reader.next(); read != Read::need_more; read = reader.next())
      if (take(read)) return out;
  }
  const Read last = reader.next_at_close();
  if (!take(last))
    fuzz::hold(false, "a connection's end is an answer's end, or makes it malformed");
  return out;
}

}  // namespace
}  // namespace keyturn

KEYTURN_FUZZ_TARGET(answer) {
  using keyturn::reading;
  using keyturn::fuzz::hold;
  for (const bool to_head : {false, true})
    hold(reading(input, 1, to_head) == reading(input, input.size() + 1, to_head),
         "a reading does not depend on where the bytes were cut");
}
