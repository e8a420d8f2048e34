#include "keys/verify/note.h"

#include <algorithm>

#include "keys/verify/grammar.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

constexpr std::string_view signature_start = "\xe2\x80\x94 ";  // U+2014 EM DASH and a space

Error malformed(std::string_view why) {
  return Error{Code::invalid, "not a signed note: " + std::string(why)};
}

// The number of bytes of the UTF-8 sequence at the front (RFC 3629 section 4), 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    // No overlong forms (e0), no surrogates (ed).
    const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = first == 0xed ? 0x9f : 0xbf;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

// UTF-8 without control characters but line feed. U+007F to U+009F are refused too: terminals obey
// them, and what an official sees must be what is there.
bool is_note_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 1 && ((first < 0x20 && first != '\n') || first == 0x7f)) return false;
    if (length == 2 && first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string big_endian(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((value >> shift) & 0xff);
  return out;
}

std::uint32_t from_big_endian(ByteView bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = (value << 8) | bytes[i];
  return value;
}

// `— <name> <base64(key id || signature)>`
Result<NoteSignature> parse_signature(std::string_view line) {
  grammar::FieldReader fields(line);
  std::string_view name;
  if (!fields.literal(signature_start) || !fields.until(" ", name) || !grammar::is_key_name(name))
    return malformed("a signature line does not start with a dash, a space and a name");
  const auto blob = base64_decode(fields.rest());
  if (!blob.ok() || blob->size() <= 4)
    return malformed("a signature line does not end in a key id and a signature in base64");
  NoteSignature out;
  out.name = name;
  out.key_id = from_big_endian(bytes_of(*blob));
  out.signature = blob->substr(4);
  return out;
}

}  // namespace

std::string Note::to_string() const {
  std::string out = text + "\n";
  for (const NoteSignature& signature : signatures) {
    const std::string blob = big_endian(signature.key_id) + signature.signature;
    out.append(signature_start).append(signature.name).append(" ");
    out.append(base64_encode(bytes_of(blob))).append("\n");
  }
  return out;
}

Result<Note> Note::parse(std::string_view bytes) {
  if (bytes.size() > note_bytes_max)
    return Error{Code::too_large, "a signed note has at most " + std::to_string(note_bytes_max) +
                                      " bytes (note_bytes_max), this one " +
                                      std::to_string(bytes.size())};
  if (!is_note_text(bytes)) return malformed("not UTF-8, or a control character in it");
  // The last empty line, for the text may have empty lines of its own.
  const std::size_t split = bytes.rfind("\n\n");
  if (split == std::string_view::npos)
    return malformed("no empty line between text and signatures");
  Note note;
  note.text = bytes.substr(0, split + 1);
  std::string_view rest = bytes.substr(split + 2);
  if (rest.empty()) return malformed("no signature");
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return malformed("it does not end in a line feed");
    if (note.signatures.size() == note_signatures_max)
      return Error{Code::too_large, "a signed note has at most " +
                                        std::to_string(note_signatures_max) +
                                        " signatures (note_signatures_max)"};
    TRY(auto signature, parse_signature(rest.substr(0, end)));
    note.signatures.push_back(std::move(signature));
    rest.remove_prefix(end + 1);
  }
  return note;
}

std::uint32_t note_key_id(NoteAlgorithm algorithm, std::string_view name, const PublicKey& key) {
  Sha256 hash;
  hash.update(name).update("\n");
  hash.update(algorithm == NoteAlgorithm::ed25519_text ? "\x01" : "\xffkeyturn-pae-ed25519");
  const Digest digest = hash.update(key.bytes).finish();
  return from_big_endian(digest.bytes);
}

Result<bool> note_signed_by(const Note& note, NoteAlgorithm algorithm, std::string_view name,
                            const PublicKey& key, std::string_view preimage) {
  const std::uint32_t key_id = note_key_id(algorithm, name, key);
  bool signed_by_key = false;
  for (const NoteSignature& candidate : note.signatures) {
    if (candidate.name != name || candidate.key_id != key_id) continue;
    const auto signature = to_array<64>(candidate.signature);
    if (!signature.ok() || !verify_ed25519(key, bytes_of(preimage), *signature))
      return Error{Code::unauthenticated,
                   "the signature of " + grammar::in_backticks(name) + " does not verify"};
    signed_by_key = true;
  }
  return signed_by_key;
}

}  // namespace keyturn
