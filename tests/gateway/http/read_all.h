// What a RequestReader makes of bytes, as a value that can be compared.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/reader.h"

namespace keyturn {

struct ReadMessage {
  std::string method;
  std::string target;
  std::string fields;  // `name: value\n` each
  std::string body;
  friend bool operator==(const ReadMessage&, const ReadMessage&) = default;
};

struct ReadAll {
  std::vector<ReadMessage> messages;
  unsigned refused = 0;  // the status, or 0
  std::string code;
  bool unfinished = false;  // more bytes are wanted within a message
  friend bool operator==(const ReadAll&, const ReadAll&) = default;
};

enum class How { gathered, streamed };

// Feeds the pieces one after the other and reads as far as each allows. Fields are read again at
// the end of each message: they must not change or dangle while the body comes.
inline ReadAll read_pieces(const std::vector<std::string_view>& pieces, How how,
                           std::uint64_t body_bytes_max = 1u << 20) {
  RequestReader reader;
  ReadAll all;
  ReadMessage message;
  bool in_message = false;
  for (std::string_view piece : pieces) {
    reader.feed(piece);
    for (bool more = true; more;) {
      switch (reader.next()) {
        case Read::need_more:
          more = false;
          break;
        case Read::head:
          in_message = true;
          message = {};
          if (how == How::gathered) reader.gather(body_bytes_max);
          break;
        case Read::piece:
          message.body += reader.piece();
          break;
        case Read::end:
          message.method = method_name(reader.head().method());
          message.target = reader.head().target();
          for (const FieldView& field : reader.head().fields())
            message.fields += std::string(field.name) + ": " + std::string(field.value) + "\n";
          if (how == How::gathered) message.body = reader.body();
          all.messages.push_back(message);
          reader.restart();
          in_message = false;
          break;
        case Read::reject:
          all.refused = reader.reject().status;
          all.code = reader.reject().code;
          return all;
      }
    }
  }
  all.unfinished = in_message || reader.in_head();
  return all;
}

inline ReadAll read_all(std::string_view bytes, How how = How::gathered) {
  return read_pieces({bytes}, how);
}

}  // namespace keyturn
