#include "keys/verify/checkpoint.h"

#include "keys/verify/grammar.h"

namespace keyturn {

std::string Checkpoint::to_text() const {
  return origin + "\n" + std::to_string(size) + "\n" + base64_encode(root.bytes) + "\n";
}

Result<Checkpoint> Checkpoint::parse_text(std::string_view text) {
  const Error error{Code::invalid,
                    "not a checkpoint: expected three lines, the origin, the size, and the root in "
                    "base64"};
  grammar::FieldReader fields(text);
  std::string_view origin, size, root;
  if (!fields.until("\n", origin) || !fields.until("\n", size) || !fields.until("\n", root))
    return error;
  // Extension lines are refused: nothing is read and then ignored.
  if (origin.empty() || !fields.at_end()) return error;
  Checkpoint out;
  out.origin = origin;
  TRY(out.size, grammar::parse_number(size));
  TRY(const std::string raw, base64_decode(root));
  TRY(out.root.bytes, to_array<32>(raw));
  return out;
}

Result<Checkpoint> verify_checkpoint(std::string_view note, std::string_view origin,
                                     const PublicKey& key) {
  TRY(const Note parsed, Note::parse(note));
  TRY(Checkpoint checkpoint, Checkpoint::parse_text(parsed.text));
  if (checkpoint.origin != origin)
    return Error{Code::unauthenticated, "a checkpoint of " +
                                            grammar::in_backticks(checkpoint.origin) + ", not of " +
                                            grammar::in_backticks(origin)};
  TRY(const bool by_key,
      note_signed_by(parsed, NoteAlgorithm::ed25519_text, origin, key, parsed.text));
  if (!by_key)
    return Error{Code::unauthenticated, "the checkpoint of " + grammar::in_backticks(origin) +
                                            " is not signed by this journal's key"};
  return checkpoint;
}

}  // namespace keyturn
