#include "keys/verify/note.h"

#include "tests/fuzz/target.h"

KEYTURN_FUZZ_TARGET(note) {
  using keyturn::fuzz::hold;
  const auto note = keyturn::Note::parse(input);
  if (!note.ok()) {
    hold(!note.error().message.empty(), "a refusal says why");
    return;
  }
  hold(note->to_string() == input, "a note that is accepted is written again byte for byte");
}
