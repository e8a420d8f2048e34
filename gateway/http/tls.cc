#include "gateway/http/tls.h"

#include <openssl/x509v3.h>

#include "gateway/http/tls_context.h"
#include "gateway/http/tls_stream.h"

namespace keyturn {

std::shared_ptr<const TlsContext> TlsSlot::get() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

void TlsSlot::set(std::shared_ptr<const TlsContext> context) {
  const std::lock_guard lock(mutex_);
  context_ = std::move(context);
}

Result<std::shared_ptr<const TlsServer>> TlsServer::open(TlsServerFiles files) {
  TRY(auto context, TlsContext::server(files));
  return std::shared_ptr<const TlsServer>(new TlsServer(std::move(files), std::move(context)));
}

Result<TlsChange> TlsServer::reread() const {
  TRY(auto context, TlsContext::server(files_));
  return TlsChange(slot_, std::move(context));
}

std::unique_ptr<TlsStream> TlsServer::accept() const {
  std::shared_ptr<const TlsContext> context = slot_->get();
  SSL* ssl = SSL_new(context->first());
  if (ssl == nullptr) return nullptr;
  SSL_set_accept_state(ssl);
  return std::make_unique<TlsStream>(ssl, std::move(context), nullptr);
}

Result<std::shared_ptr<const TlsClient>> TlsClient::open(TlsClientFiles files) {
  TRY(auto context, TlsContext::client(files));
  return std::shared_ptr<const TlsClient>(new TlsClient(std::move(files), std::move(context)));
}

Result<TlsChange> TlsClient::reread() const {
  TRY(auto context, TlsContext::client(files_));
  return TlsChange(slot_, std::move(context));
}

std::shared_ptr<TlsSessions> TlsClient::make_sessions() { return std::make_shared<TlsSessions>(); }

std::unique_ptr<TlsStream> TlsClient::connect(const std::string& host,
                                              std::shared_ptr<TlsSessions> sessions) const {
  std::shared_ptr<const TlsContext> context = slot_->get();
  SSL* ssl = SSL_new(context->first());
  if (ssl == nullptr) return nullptr;
  SSL_set_connect_state(ssl);
  if (sessions == nullptr) sessions = make_sessions();
  if (SSL_SESSION* last = sessions->last(context.get())) SSL_set_session(ssl, last);
  auto stream = std::make_unique<TlsStream>(ssl, std::move(context), std::move(sessions));

  std::string name = host;
  if (name.size() > 2 && name.front() == '[') name = name.substr(1, name.size() - 2);
  X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl);
  SSL_set_hostflags(ssl,
                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) == 1) return stream;
  // A name: the certificate must bear it, and is asked for by it (RFC 6066, 3: never an address).
  // INVARIANT: no stream leaves here without a name or an address to verify.
  if (name.empty() || SSL_set1_host(ssl, name.c_str()) != 1 ||
      SSL_set_tlsext_host_name(ssl, name.c_str()) != 1)
    return nullptr;
  return stream;
}

Result<void> reload(const std::vector<std::shared_ptr<const TlsServer>>& servers,
                    const std::vector<std::shared_ptr<const TlsClient>>& clients) {
  std::vector<TlsChange> changes;
  for (const auto& server : servers) {
    TRY(TlsChange change, server->reread());
    changes.push_back(std::move(change));
  }
  for (const auto& client : clients) {
    TRY(TlsChange change, client->reread());
    changes.push_back(std::move(change));
  }
  for (const TlsChange& change : changes) change.apply();
  return {};
}

}  // namespace keyturn
