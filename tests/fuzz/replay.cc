#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fuzz/target.h"

namespace keyturn::fuzz {

std::size_t replay(std::string_view name, Target target) {
  namespace fs = std::filesystem;
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(KEYTURN_FUZZ_CORPUS) / name)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    target(input);
    ++files;
  }
  return files;
}

}  // namespace keyturn::fuzz
