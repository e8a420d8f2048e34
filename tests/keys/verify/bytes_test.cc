#include "keyturn/bytes.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "keyturn/digest.h"

namespace keyturn {
namespace {

TEST_CASE("base64 agrees with the test vectors of RFC 4648 section 10") {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [raw, text] : vectors) {
    CHECK(base64_encode(bytes_of(raw)) == text);
    CHECK(base64_decode(text).value() == raw);
  }
  CHECK(base64url_encode(bytes_of("\xfb\xff")) == "-_8");
  CHECK(base64url_decode("-_8").value() == "\xfb\xff");
}

TEST_CASE(
    "a value has one base64 text: other paddings, bits, alphabets and white space are refused") {
  for (const std::string_view text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v\n", " Zm9v",
                                      "Zm 9v", "Zm9v====", "=", "-_8=", "Zg==Zg==", "Z"}) {
    CAPTURE(text);
    CHECK(!base64_decode(text).ok());
  }
  for (const std::string_view text : {"Zg==", "Zh", "+/8", "Zm9v\n", "A", "-_9"}) {
    CAPTURE(text);
    CHECK(!base64url_decode(text).ok());
  }
  CHECK(!base64_decode(std::string_view("Zm9v\0", 5)).ok());
}

TEST_CASE("hexadecimal is lower-case, of even length, and nothing else") {
  CHECK(hex_encode(bytes_of("\x01\xab\xff")) == "01abff");
  CHECK(hex_decode("01abff").value() == "\x01\xab\xff");
  CHECK(hex_decode("").value().empty());
  for (const std::string_view text : {"0", "AB", "aB", "0x01", "01 ", " 01", "0g", "01\n", "0:1"}) {
    CAPTURE(text);
    CHECK(!hex_decode(text).ok());
  }
}

TEST_CASE("every byte string survives its three text forms") {
  CHECK(rc::check("decode(encode(x)) == x", [](const std::string& raw) {
    RC_ASSERT(hex_decode(hex_encode(bytes_of(raw))).value() == raw);
    RC_ASSERT(base64_decode(base64_encode(bytes_of(raw))).value() == raw);
    RC_ASSERT(base64url_decode(base64url_encode(bytes_of(raw))).value() == raw);
  }));
}

TEST_CASE("what a decoder accepts, the encoder writes") {
  const auto text_gen =
      rc::gen::container<std::string>(rc::gen::elementOf(std::string("AQgw+/-_=Zz09af \n")));
  CHECK(rc::check("encode(decode(t)) == t", [&] {
    const std::string text = *text_gen;
    if (const auto raw = base64_decode(text); raw.ok())
      RC_ASSERT(base64_encode(bytes_of(*raw)) == text);
    if (const auto raw = base64url_decode(text); raw.ok())
      RC_ASSERT(base64url_encode(bytes_of(*raw)) == text);
    if (const auto raw = hex_decode(text); raw.ok()) RC_ASSERT(hex_encode(bytes_of(*raw)) == text);
  }));
}

TEST_CASE("comparison in constant time tells equal from different") {
  CHECK(equal_in_constant_time(bytes_of("abc"), bytes_of("abc")));
  CHECK(equal_in_constant_time({}, {}));
  CHECK(!equal_in_constant_time(bytes_of("abc"), bytes_of("abd")));
  CHECK(!equal_in_constant_time(bytes_of("abc"), bytes_of("ab")));
}

TEST_CASE("a digest is written and read in exactly one form") {
  const Digest digest = sha256("abc");
  const std::string text =
      "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-4
  CHECK(digest.to_string() == text);
  CHECK(Digest::parse(text).value() == digest);
  for (const std::string& other :
       {text.substr(7), text + " ", text.substr(0, 70), "SHA256:" + text.substr(7),
        "sha256:BA" + text.substr(9), text + "00", std::string()}) {
    CAPTURE(other);
    CHECK(!Digest::parse(other).ok());
  }
}

TEST_CASE("SHA-256 in pieces is SHA-256 of the whole, wherever it is cut") {
  CHECK(rc::check("pieces", [](const std::string& a, const std::string& b, const std::string& c) {
    RC_ASSERT(Sha256().update(a).update(b).update(c).finish() == sha256(a + b + c));
  }));
  // FIPS 180-4 examples: two blocks, and a million times `a`.
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").to_string() ==
        "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string(1000000, 'a')).to_string() ==
        "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
}  // namespace keyturn
