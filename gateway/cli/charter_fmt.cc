// charter fmt: the canonical layout. A charter's exact bytes are what a journal belongs to and what
// people sign for, so one that a journal belongs to is not rewritten; docs/decisions/0016.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "gateway/cli/commands.h"
#include "gateway/cli/support.h"
#include "gateway/config/config.h"
#include "gateway/journal/adopted.h"
#include "gateway/world/files.h"
#include "keyturn/limits.h"
#include "policy/charter/format/format.h"

namespace keyturn::cli {
namespace {

namespace fs = std::filesystem;

// Every data folder that may hold the charter's journal: those named, and those beside the file,
// where `keyturn init` and keyturn.toml put it.
Result<std::vector<fs::path>> data_folders(const CharterFmt& options, const fs::path& file) {
  std::vector<fs::path> out;
  if (!options.data.empty()) out.emplace_back(options.data);
  fs::path config = options.config;
  std::error_code error;
  if (config.empty() && fs::exists(file.parent_path() / "keyturn.toml", error))
    config = file.parent_path() / "keyturn.toml";
  if (!config.empty()) {
    TRY(const Config read, read_config(config));
    out.push_back(read.data);
  }
  out.push_back(file.parent_path() / "data");
  return out;
}

// The data folder of a journal that belongs to a charter of this digest; empty: none is known.
Result<fs::path> adopted_by(const CharterFmt& options, const fs::path& file, const Digest& digest) {
  TRY(const std::vector<fs::path> folders, data_folders(options, file));
  for (const fs::path& folder : folders) {
    TRY(const auto adopted, adopted_charter(folder));
    if (adopted == digest) return folder;
  }
  return fs::path();
}

int refuse_adopted(const std::string& file, const fs::path& data) {
  std::fprintf(stderr,
               "keyturn: `%s` is the charter of the journal in `%s`, which belongs to its exact "
               "bytes; write the formatted text elsewhere with --out\n",
               file.c_str(), data.c_str());
  return 1;
}

int write_over(const CharterFmt& options, const std::string& before, const std::string& after) {
  std::error_code error;
  const fs::path file = fs::canonical(options.file, error);
  if (error) return fail("cannot find `" + options.file + "`: " + error.message());
  const auto adopted = adopted_by(options, file, sha256(before));
  if (!adopted.ok())
    return fail("cannot tell whether a journal belongs to `" + options.file +
                "`, so it stays as it is; use --out: " + adopted.error().message);
  if (!adopted->empty()) return refuse_adopted(options.file, *adopted);
  const auto mode = static_cast<unsigned>(fs::status(file, error).permissions()) & 0777U;
  if (error) return fail("cannot look at `" + options.file + "`: " + error.message());
  if (const auto written = write_file_atomically(file, after, mode); !written.ok())
    return fail(written.error());
  std::printf("%s: formatted; its digest was %s and is %s\n", options.file.c_str(),
              sha256(before).to_string().c_str(), sha256(after).to_string().c_str());
  return 0;
}

}  // namespace

int charter_fmt(const CharterFmt& options) {
  const auto text = read_file(options.file, charter_bytes_max);
  if (!text.ok()) return fail(text.error());
  const CharterFormat formatted = format_charter(*text);
  for (const Diagnostic& error : formatted.errors)
    std::fputs(render_diagnostic(error, options.file, *text).c_str(), stderr);
  if (!formatted.errors.empty()) {
    std::fprintf(stderr, "%s: %zu error(s)\n", options.file.c_str(), formatted.errors.size());
    return 2;
  }
  if (options.out == "-") {
    std::fwrite(formatted.text.data(), 1, formatted.text.size(), stdout);
    return 0;
  }
  const bool same = formatted.text == *text;
  if (options.check) {
    if (!same) std::printf("%s: not formatted\n", options.file.c_str());
    return same ? 0 : 1;
  }
  if (options.out.empty()) return same ? 0 : write_over(options, *text, formatted.text);
  // INVARIANT: --out writes a new file; it is no way round the refusal to touch an adopted charter.
  if (const auto made = create_file(options.out, formatted.text, 0644); !made.ok())
    return fail(made.error());
  std::printf("%s: %s\n", options.out.c_str(), sha256(formatted.text).to_string().c_str());
  return 0;
}

}  // namespace keyturn::cli
