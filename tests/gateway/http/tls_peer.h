// The other side of TLS, for tests: an authority that issues certificates into a folder of its own,
// and an end of a connection over a Wire that OpenSSL drives by itself, so that our own code is not
// tested against itself.
#pragma once

#include <openssl/ssl.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/tls.h"
#include "tests/gateway/http/harness.h"

namespace keyturn {

class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  struct Wanted {
    std::string name = "server";                    // the subject's common name
    std::string names = "IP:127.0.0.1";             // subjectAltName; empty: none
    long from_seconds = -3600, to_seconds = 86400;  // from now
    bool self_signed = false;
    int rsa_bits = 0;  // 0: P-256
  };
  // Files `stem`.pem and `stem`.key in the folder; replaced where they are there.
  TlsCertificateFiles issue(const std::string& stem, const Wanted& wanted) const;
  TlsCertificateFiles issue(const std::string& stem) const { return issue(stem, Wanted()); }
  std::filesystem::path certificate() const { return folder_ / "ca.pem"; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> self_;
};

class TlsPeer {
 public:
  struct Options {
    std::string server_name = {};  // SNI
    const TlsCertificateFiles* shows = nullptr;
    int version_max = 0;              // such as TLS1_1_VERSION
    std::string protocols = {};       // ALPN, in its wire form
    std::string ciphers = {};         // of TLS 1.2
    std::size_t piece_bytes = 65536;  // at most so many bytes are sent at once
    SSL_SESSION* session = nullptr;   // to continue
  };
  TlsPeer(Wire wire, const Options& options);  // a client that verifies nothing
  // A server; does the handshake.
  TlsPeer(Wire& wire, const TlsCertificateFiles& files);
  TlsPeer(Wire& wire, SSL_CTX* context);
  static std::shared_ptr<SSL_CTX> server_context(const TlsCertificateFiles& files);
  ~TlsPeer();
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  bool handshake();
  std::string why() const { return why_; }  // it failed: OpenSSL's words
  bool write(std::string_view bytes);
  std::string read_until(std::string_view text);
  std::string read_message();
  // Whatever still comes; whether it ended by close_notify is said by ended().
  std::string read_to_end();
  bool ended() const { return ended_; }
  void write_end();
  Wire& wire() { return *wire_; }

  std::string their_name() const;  // the common name of the other side's certificate
  std::string protocol() const;    // chosen by ALPN
  std::string version() const { return SSL_get_version(ssl_); }
  bool resumed() const { return SSL_session_reused(ssl_) == 1; }
  SSL_SESSION* session() const { return SSL_get1_session(ssl_); }
  bool renegotiate();
  bool ask_for_new_keys();  // of TLS 1.3, without reading any answer

 private:
  void open(SSL_CTX* context);
  bool flush();
  bool receive();

  std::unique_ptr<Wire> owned_;
  Wire* wire_;
  std::size_t piece_bytes_ = 65536;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  std::string received_, why_;
  bool ended_ = false;
};

}  // namespace keyturn
