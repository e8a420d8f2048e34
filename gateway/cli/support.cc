#include "gateway/cli/support.h"

#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "gateway/world/files.h"
#include "keys/key_file.h"
#include "keyturn/limits.h"
#include "policy/charter/load.h"

namespace keyturn::cli {
namespace {

// Turns the terminal's echo off while it lives.
class NoEcho {
 public:
  NoEcho() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    active_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~NoEcho() {
    if (!active_) return;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::fputc('\n', stderr);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
  bool active_ = false;
};

SecretBytes without_line_end(ByteView bytes) {
  std::size_t size = bytes.size();
  while (size > 0 && (bytes[size - 1] == '\n' || bytes[size - 1] == '\r')) --size;
  return SecretBytes(bytes.first(size));
}

}  // namespace

int fail(const Error& error) { return fail(error.message); }

int fail(std::string_view message) {
  std::fprintf(stderr, "keyturn: %.*s\n", static_cast<int>(message.size()), message.data());
  return 2;
}

int print(std::string_view text) {
  const bool whole = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (whole && std::fflush(stdout) == 0) return 0;
  return fail("standard output cannot be written");
}

Result<std::shared_ptr<const Charter>> load_charter_file(const std::string& file) {
  TRY(const std::string text, read_file(file, charter_bytes_max));
  CharterLoad load = load_charter(text);
  if (load.charter != nullptr) return load.charter;
  for (const Diagnostic& error : load.errors) {
    std::fputs(render_diagnostic(error, file, text).c_str(), stderr);
  }
  return Error{Code::invalid, "`" + file + "` is not a charter that can be used: " +
                                  std::to_string(load.errors.size()) + " error(s)"};
}

Result<SecretBytes> passphrase(const std::string& file, std::string_view prompt) {
  if (!file.empty()) {
    TRY(const SecretBytes read, read_secret_file(file, passphrase_bytes_max));
    return without_line_end(read.expose());
  }
  if (isatty(STDIN_FILENO) == 0) {
    return Error{Code::invalid,
                 "no terminal to ask for the passphrase on; name a file with --passphrase-file"};
  }
  std::fprintf(stderr, "%.*s: ", static_cast<int>(prompt.size()), prompt.data());
  std::string line;
  {
    NoEcho quiet;
    std::getline(std::cin, line);
  }
  SecretBytes secret(line);
  explicit_bzero(line.data(), line.size());
  return secret;
}

Result<OpenedKey> open_key(const std::string& file, const std::string& passphrase_file) {
  TRY(const std::string text, read_file(file, key_file_bytes_max));
  TRY(KeyFileHeader header, read_key_file_header(text));
  TRY(const SecretBytes secret, passphrase(passphrase_file, "passphrase of " + file));
  TRY(SigningKey key, open_key_file(text, secret));
  return OpenedKey{std::move(header.name), std::move(key)};
}

Result<std::shared_ptr<const TlsClient>> tls_client(const std::string& ca,
                                                    const std::string& certificate,
                                                    const std::string& key) {
  TlsClientFiles files;
  files.ca = ca;
  if (certificate.empty() != key.empty()) {
    return Error{Code::invalid, "--certificate and --key belong together: give both, or neither"};
  }
  if (!certificate.empty()) files.certificate = TlsCertificateFiles{certificate, key};
  return TlsClient::open(std::move(files));
}

bool asked_and_agreed(std::string_view question) {
  if (isatty(STDIN_FILENO) == 0) return false;
  std::fprintf(stderr, "%.*s (yes/no): ", static_cast<int>(question.size()), question.data());
  std::string line;
  return std::getline(std::cin, line) && line == "yes";
}

}  // namespace keyturn::cli
