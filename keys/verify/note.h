// Signed notes in the style of C2SP signed-note v1.0.0: a text that ends in a newline, an empty
// line, then lines `— <name> <base64(key id (4 bytes, big endian) || signature)>`.
//
// Two algorithms: checkpoints sign the note text itself (type 0x01); statements sign its PAE
// (type 0xff "keyturn-pae-ed25519"). Key id = SHA-256(name || 0x0A || type || key)[:4], a hint
// only. Strict: no control characters but newline, valid UTF-8, at most note_signatures_max
// signatures, and text(parse(x)) == x byte for byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "keys/verify/ed25519.h"
#include "keyturn/result.h"

namespace keyturn {

enum class NoteAlgorithm : unsigned char { ed25519_text, ed25519_pae };

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  std::string signature;  // 64 bytes for both algorithms; others' cosignatures may be longer
};

struct Note {
  std::string text;  // ends with '\n'
  std::vector<NoteSignature> signatures;

  std::string to_string() const;
  static Result<Note> parse(std::string_view bytes);
};

std::uint32_t note_key_id(NoteAlgorithm algorithm, std::string_view name, const PublicKey& key);

// Whether `key`, under `name`, signed `preimage` with one of the note's signatures. A signature
// with this name and key id that does not verify is an error, never skipped.
Result<bool> note_signed_by(const Note& note, NoteAlgorithm algorithm, std::string_view name,
                            const PublicKey& key, std::string_view preimage);

}  // namespace keyturn
