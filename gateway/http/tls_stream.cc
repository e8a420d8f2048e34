#include "gateway/http/tls_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "gateway/http/tls_context.h"
#include "keyturn/limits.h"

namespace keyturn {
namespace {

constexpr std::size_t record_bytes = SSL3_RT_MAX_PLAIN_LENGTH;

// --- The two ends of the pipe, as OpenSSL sees them -------------------------------------------

TlsStream& stream_of(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }

int bio_read(BIO* bio, char* to, int bytes) {
  TlsStream& stream = stream_of(bio);
  BIO_clear_retry_flags(bio);
  const int got = stream.receive(to, bytes);
  if (got < 0 && stream.would_block()) BIO_set_retry_read(bio);
  return got;
}

int bio_write(BIO* bio, const char* from, int bytes) {
  BIO_clear_retry_flags(bio);
  return stream_of(bio).append({from, static_cast<std::size_t>(bytes)}) ? bytes : -1;
}

long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return stream_of(bio).at_end() ? 1 : 0;
  return 0;
}

// One table for the process, like a vtable; never changed once made.
const BIO_METHOD* pipe_method() {
  static const Openssl<BIO_METHOD, BIO_meth_free> method = [] {
    Openssl<BIO_METHOD, BIO_meth_free> made(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "keyturn socket"));
    if (made == nullptr) return made;
    BIO_meth_set_read(made.get(), bio_read);
    BIO_meth_set_write(made.get(), bio_write);
    BIO_meth_set_ctrl(made.get(), bio_control);
    return made;
  }();
  return method.get();
}

}  // namespace

void TlsStream::Free::operator()(ssl_st* ssl) const {
  // Freed without this, OpenSSL takes the connection for a broken one and forbids its session.
  SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl);
}

TlsStream::TlsStream(ssl_st* ssl, std::shared_ptr<const TlsContext> context,
                     std::shared_ptr<TlsSessions> sessions)
    : context_(std::move(context)), sessions_(std::move(sessions)), ssl_(ssl) {
  SSL_set_app_data(ssl, this);
}
TlsStream::~TlsStream() = default;

bool TlsStream::attach(int descriptor, std::string& unsent) {
  descriptor_ = descriptor;
  unsent_ = &unsent;
  const BIO_METHOD* method = pipe_method();
  BIO* bio = method != nullptr ? BIO_new(method) : nullptr;
  if (bio == nullptr) return false;
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  return true;
}

int TlsStream::receive(char* to, int bytes) {
  if (kernel_empty_) return -1;
  for (;;) {
    const ssize_t got = ::recv(descriptor_, to, static_cast<std::size_t>(bytes), 0);
    if (got > 0) {
      // A short read has emptied the socket, and the next bytes will be a new event. Where the end
      // was announced already there is none: the owner reads again, and finds it.
      kernel_empty_ = got < bytes;
      return static_cast<int>(got);
    }
    if (got == 0) {
      received_end_ = true;
      return 0;
    }
    if (errno == EINTR) continue;
    kernel_empty_ = errno == EAGAIN || errno == EWOULDBLOCK;
    return -1;
  }
}

// What TLS says by itself, in answer to what it reads, is bounded: who asks for ever new keys and
// reads no answer would else fill our memory, beside all limits on bodies and answers [T29].
bool TlsStream::append(std::string_view ciphertext) {
  if (!writing_) {
    if (unsent_->empty()) own_bytes_ = 0;
    own_bytes_ += ciphertext.size();
    if (own_bytes_ > tls_own_unsent_bytes_max) return false;
  }
  unsent_->append(ciphertext);
  return true;
}

Socket::Handshake TlsStream::handshake() {
  if (done_) return Socket::Handshake::done;
  if (broken_) return Socket::Handshake::failed;
  kernel_empty_ = false;
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    done_ = true;
    take_peer_key();
    return Socket::Handshake::done;
  }
  if (SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ) return Socket::Handshake::wait;
  broken_ = true;
  const bool plain = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
  fail();
  return plain ? Socket::Handshake::plain_http : Socket::Handshake::failed;
}

// What an operator can act on: why the other side's certificate does not hold, or what OpenSSL
// says.
void TlsStream::fail() {
  const long verified = SSL_get_verify_result(ssl_.get());
  const std::string said = openssl_error();
  if (!SSL_is_server(ssl_.get()) && verified != X509_V_OK)
    failure_ =
        std::string("its certificate does not hold: ") + X509_verify_cert_error_string(verified);
  else if (received_end_ || said.empty())
    failure_ = "it ended the TLS handshake";
  else
    failure_ = "the TLS handshake failed: " + said;
}

void TlsStream::take_peer_key() {
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr || !SSL_is_server(ssl_.get())) return;
  unsigned char* der = nullptr;
  const int bytes = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (bytes <= 0) return;
  peer_key_ = sha256(ByteView(der, static_cast<std::size_t>(bytes)));
  OPENSSL_free(der);
}

bool TlsStream::resumed() const { return SSL_session_reused(ssl_.get()) == 1; }

void TlsStream::keep_session(void* session) {
  sessions_->keep(context_.get(), static_cast<SSL_SESSION*>(session));
}

Socket::Got TlsStream::read(std::span<char> to) {
  if (broken_ || !done_) return {Socket::Status::broken, false, 0};
  kernel_empty_ = false;
  std::size_t taken = 0;
  while (taken < to.size()) {
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_.get(), to.data() + taken, to.size() - taken, &got);
    if (result == 1) {
      taken += got;
      continue;
    }
    const int error = SSL_get_error(ssl_.get(), result);
    const bool empty = error == SSL_ERROR_WANT_READ;
    // An end or a failure is met again by the next call, after what came before it was used.
    if (!empty && error != SSL_ERROR_ZERO_RETURN) broken_ = true;
    if (taken > 0) return {Socket::Status::ok, empty, taken};
    if (empty) return {Socket::Status::would_block, true, 0};
    return {broken_ ? Socket::Status::broken : Socket::Status::end, false, 0};
  }
  return {Socket::Status::ok, false, taken};
}

// Small pieces — a head, a chunk's line — share a record: each record costs a header, a tag, and a
// pass of the cipher.
bool TlsStream::write(std::span<const std::string_view> pieces) {
  if (broken_ || !done_) return false;
  std::array<char, record_bytes> gathered;
  std::size_t count = 0;
  for (std::string_view piece : pieces) {
    while (!piece.empty()) {
      const std::size_t whole = count == 0 ? piece.size() / record_bytes * record_bytes : 0;
      if (whole > 0) {
        if (!write_record(piece.substr(0, whole))) return false;
        piece.remove_prefix(whole);
        continue;
      }
      const std::size_t part = std::min(piece.size(), record_bytes - count);
      std::copy_n(piece.data(), part, gathered.data() + count);
      piece.remove_prefix(part);
      count += part;
      if (count < record_bytes) continue;
      if (!write_record({gathered.data(), count})) return false;
      count = 0;
    }
  }
  return count == 0 || write_record({gathered.data(), count});
}

bool TlsStream::write_record(std::string_view bytes) {
  ERR_clear_error();
  std::size_t written = 0;
  writing_ = true;
  broken_ = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) != 1;
  writing_ = false;
  return !broken_;
}

void TlsStream::write_end() {
  if (broken_ || !done_) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

}  // namespace keyturn
