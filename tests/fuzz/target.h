// A fuzz target is one function over bytes, in one file of this folder. It is compiled twice: by
// clang into a fuzzer of its own (`./dev fuzz TARGET`), and into keyturn_fuzz_tests, which replays
// the seeds in tests/fuzz/corpus/TARGET through the same function with every `./dev test`.
//
// A target states what must hold for every input, with hold(): parsers come back with a value or an
// error, and what they accept they write again byte for byte. For tests only.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "keyturn/bytes.h"

namespace keyturn::fuzz {

// Ends the process where a property does not hold: a finding for the fuzzer, a crash for the
// replay.
inline void hold(bool property, const char* what) {
  if (property) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

using Target = void (*)(std::string_view input);

// Runs the target over every file of tests/fuzz/corpus/<name>; the number of files.
std::size_t replay(std::string_view name, Target target);

}  // namespace keyturn::fuzz

#ifdef KEYTURN_FUZZER
#define KEYTURN_FUZZ_TARGET(name)                                                     \
  static void fuzz_##name(std::string_view input);                                    \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    fuzz_##name(std::string_view(reinterpret_cast<const char*>(data), size));         \
    return 0;                                                                         \
  }                                                                                   \
  static void fuzz_##name(std::string_view input)
#else
#include <doctest/doctest.h>
#define KEYTURN_FUZZ_TARGET(name)                                                    \
  static void fuzz_##name(std::string_view input);                                   \
  TEST_CASE("every seed of the fuzz target " #name " keeps the target's promises") { \
    CHECK(keyturn::fuzz::replay(#name, fuzz_##name) > 0);                            \
  }                                                                                  \
  static void fuzz_##name(std::string_view input)
#endif
