#include "keys/key_file.h"

#include "keyturn/limits.h"
#include "tests/fuzz/target.h"

KEYTURN_FUZZ_TARGET(key_file) {
  using keyturn::fuzz::hold;
  const auto header = keyturn::read_key_file_header(input);
  if (!header.ok()) {
    hold(!header.error().message.empty(), "a refusal says why");
    return;
  }
  hold(input.size() <= keyturn::key_file_bytes_max, "a key file is bounded");
  hold(!header->name.empty(), "a key file says whose it is");
}
