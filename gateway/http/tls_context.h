// TlsContext: OpenSSL's settings for one listener or one kind of connection to origins; the inside
// of tls.h, for gateway/http/tls*.cc only.
//
// Immutable once made, shared by every loop, and alive as long as the last connection that began
// with it. TlsSessions keeps the last session of one origin, for a shorter handshake next time.
// Thread rule: a TlsContext any, a TlsSessions its loop's.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string_view>
#include <vector>

#include "gateway/http/tls.h"

namespace keyturn {

template <auto free_it>
struct OpensslFree {
  template <class T>
  void operator()(T* value) const {
    free_it(value);
  }
};
template <class T, auto free_it>
using Openssl = std::unique_ptr<T, OpensslFree<free_it>>;
using SslContext = Openssl<SSL_CTX, SSL_CTX_free>;

class TlsContext {
 public:
  static Result<std::shared_ptr<const TlsContext>> server(const TlsServerFiles& files);
  static Result<std::shared_ptr<const TlsContext>> client(const TlsClientFiles& files);

  SSL_CTX* first() const { return contexts_.front().get(); }
  // The one whose certificate bears `name`; the first where none does.
  SSL_CTX* named(const char* name) const;

 private:
  TlsContext() = default;
  std::vector<SslContext> contexts_;  // one a certificate
};

class TlsSessions {
 public:
  // The session is used only with the context that verified it: a reload may trust others.
  void keep(const TlsContext* context, SSL_SESSION* session);  // takes it
  SSL_SESSION* last(const TlsContext* context) const {
    return context == context_ ? session_.get() : nullptr;
  }

 private:
  const TlsContext* context_ = nullptr;
  Openssl<SSL_SESSION, SSL_SESSION_free> session_;
};

// One line: what OpenSSL says of the last failure on this thread; clears it.
std::string openssl_error();

}  // namespace keyturn
