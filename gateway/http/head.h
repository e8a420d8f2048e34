// Head: the admitted head of one request, as views into the connection's buffer.
//
// Promises: only the reader makes one, and only after admit() found that it has a single reading,
// so a Head in hand is the proof. Views stay valid until the reader goes on to the next request;
// the relay writes what it forwards from these same views. Thread rule: its connection's loop only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/http/message.h"

namespace keyturn {

enum class Framing : std::uint8_t { none, length, chunked };

class Head {
 public:
  Head(const Head&) = delete;
  Head& operator=(const Head&) = delete;

  Method method() const { return method_; }
  std::string_view target() const { return target_; }
  std::string_view path() const { return target_.substr(0, path_bytes_); }
  bool has_query() const { return path_bytes_ < target_.size(); }
  std::string_view query() const {  // without the `?`
    return has_query() ? target_.substr(path_bytes_ + 1) : std::string_view();
  }
  std::string_view host() const { return host_; }
  std::span<const FieldView> fields() const { return fields_; }
  // The value of the only field of that name; nullopt where there is none or more than one.
  std::optional<std::string_view> field(std::string_view name) const;
  // How many fields have that name.
  std::size_t count(std::string_view name) const;

  Framing framing() const { return framing_; }
  std::uint64_t content_length() const { return content_length_; }  // where framing is length
  bool http_1_0() const { return http_1_0_; }
  bool keep_alive() const { return keep_alive_; }
  bool expects_continue() const { return expects_continue_; }
  // The client's address without the port; "" where bytes were read without a connection.
  std::string_view peer() const { return peer_; }
  // SHA-256 over the public key of the client's certificate, whose possession it has shown.
  const std::optional<Digest>& peer_key() const { return peer_key_; }

  // An owned copy, for what outlives the connection's buffer.
  Request copy(std::string_view body) const;

 private:
  friend class RequestReader;
  Head() = default;

  Method method_ = Method::get;
  Framing framing_ = Framing::none;
  bool http_1_0_ = false;
  bool keep_alive_ = false;
  bool expects_continue_ = false;
  std::size_t path_bytes_ = 0;
  std::uint64_t content_length_ = 0;
  std::string_view target_;
  std::string_view host_;
  std::span<const FieldView> fields_;
  std::string peer_;
  std::optional<Digest> peer_key_;
};

}  // namespace keyturn
