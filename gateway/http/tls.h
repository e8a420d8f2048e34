// TLS for listeners and for connections to origins: what is shown, what is trusted, from which
// files.
//
// Promises: TLS 1.2 with ephemeral keys and authenticated ciphers, or TLS 1.3; no compression, no
// renegotiation, no early data. A TlsClient verifies the origin's chain and its name, always: there
// is no switch. A TlsServer takes any client certificate as the bearer of a key whose possession
// the handshake proves; whose key it is, the charter says [T11]. Files are read at open() and at a
// reload; a reload that fails changes nothing, and connections that are there stay as they are.
// Errors name the file and what to do. Thread rule: all calls from any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keyturn/digest.h"
#include "keyturn/result.h"

namespace keyturn {

class TlsContext;
class TlsSessions;
class TlsStream;

struct TlsCertificateFiles {
  std::filesystem::path chain;  // PEM: the certificate, then those above it
  std::filesystem::path key;    // PEM, not encrypted, for its owner's eyes alone
  friend bool operator==(const TlsCertificateFiles&, const TlsCertificateFiles&) = default;
};

struct TlsServerFiles {
  // By the name that the client asks for (SNI); the first where it asks for none of theirs.
  std::vector<TlsCertificateFiles> certificates;
  bool request_client_certificates = false;
  friend bool operator==(const TlsServerFiles&, const TlsServerFiles&) = default;
};

struct TlsClientFiles {
  std::filesystem::path ca;  // PEM; empty: the system's authorities
  std::optional<TlsCertificateFiles> certificate;
};

// What connections that begin now are made of; exchanged by a reload.
class TlsSlot {
 public:
  explicit TlsSlot(std::shared_ptr<const TlsContext> context) : context_(std::move(context)) {}
  std::shared_ptr<const TlsContext> get() const;
  void set(std::shared_ptr<const TlsContext> context);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const TlsContext> context_;  // guarded by mutex_
};

// Files that were read and found good, and not used yet: so that several change together or none.
class TlsChange {
 public:
  TlsChange(std::shared_ptr<TlsSlot> slot, std::shared_ptr<const TlsContext> context)
      : slot_(std::move(slot)), context_(std::move(context)) {}
  void apply() const { slot_->set(context_); }

 private:
  std::shared_ptr<TlsSlot> slot_;
  std::shared_ptr<const TlsContext> context_;
};

class TlsServer {
 public:
  static Result<std::shared_ptr<const TlsServer>> open(TlsServerFiles files);
  Result<TlsChange> reread() const;

  // One connection's, to be given to its Socket. Null where there is no memory.
  std::unique_ptr<TlsStream> accept() const;

 private:
  TlsServer(TlsServerFiles files, std::shared_ptr<const TlsContext> context)
      : files_(std::move(files)), slot_(std::make_shared<TlsSlot>(std::move(context))) {}
  const TlsServerFiles files_;
  const std::shared_ptr<TlsSlot> slot_;
};

class TlsClient {
 public:
  static Result<std::shared_ptr<const TlsClient>> open(TlsClientFiles files);
  Result<TlsChange> reread() const;

  // `host`: the name or address that the certificate must bear. `sessions`, which may be null, is
  // of this client and host alone, and of one thread. Null where there is no memory.
  std::unique_ptr<TlsStream> connect(const std::string& host,
                                     std::shared_ptr<TlsSessions> sessions) const;
  static std::shared_ptr<TlsSessions> make_sessions();

 private:
  TlsClient(TlsClientFiles files, std::shared_ptr<const TlsContext> context)
      : files_(std::move(files)), slot_(std::make_shared<TlsSlot>(std::move(context))) {}
  const TlsClientFiles files_;
  const std::shared_ptr<TlsSlot> slot_;
};

// Reads every file again; all of them change, or none, for connections that begin afterwards.
Result<void> reload(const std::vector<std::shared_ptr<const TlsServer>>& servers,
                    const std::vector<std::shared_ptr<const TlsClient>>& clients);

// SHA-256 over the SubjectPublicKeyInfo (DER) of the first certificate in a PEM text: what a
// charter's `certificate` line names.
Result<Digest> certificate_key_digest(std::string_view pem);

}  // namespace keyturn
