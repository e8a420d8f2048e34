// What several subcommands need: saying an error, loading a charter, secrets from files or the
// terminal. Thread rule: the main thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/http/tls.h"
#include "keys/secret.h"
#include "keys/signing_key.h"
#include "keyturn/result.h"
#include "policy/charter/charter.h"

namespace keyturn::cli {

// `keyturn: message` on standard error; returns 2.
int fail(const Error& error);
int fail(std::string_view message);

// `text` on standard output; 0, or 2 where it cannot be written.
int print(std::string_view text);

// Prints every diagnostic of a charter that does not load, and returns an error.
Result<std::shared_ptr<const Charter>> load_charter_file(const std::string& file);

// From the file if one is named, else asked on the terminal without echo.
Result<SecretBytes> passphrase(const std::string& file, std::string_view prompt);

struct OpenedKey {
  std::string name;
  SigningKey key;
};
Result<OpenedKey> open_key(const std::string& file, const std::string& passphrase_file);

// For https: whom to trust, and what to show; empty names mean the system's authorities, and
// nothing.
Result<std::shared_ptr<const TlsClient>> tls_client(const std::string& ca,
                                                    const std::string& certificate = {},
                                                    const std::string& key = {});

// Reads `yes` from the terminal; anything else is no.
bool asked_and_agreed(std::string_view question);

}  // namespace keyturn::cli
