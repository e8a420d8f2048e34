// Exchange: one request that waits for its answer, which may come much later; Handler: who gives
// it.
//
// Promises: the request is complete and admitted. It is answered once: respond(), or begin(), any
// number of write(), end(). Each write() goes out at once (an event of a stream is never held back
// for the next). What is called after the client is gone, or after the answer, does nothing. An
// Exchange that is dropped unanswered is answered with 500 and its connection closed: nobody waits
// for nothing. Thread rule: every call on the thread of loop(); from elsewhere go through
// loop().post().
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/loop.h"
#include "gateway/http/message.h"

namespace keyturn {

class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual const Request& request() const = 0;
  virtual Loop& loop() const = 0;
  // Moves the request's body out: a request that is held for long keeps none here.
  virtual std::string take_body() = 0;

  virtual void respond(Response response) = 0;

  // A streamed answer, of a length not known yet.
  virtual void begin(unsigned status, std::vector<Field> fields) = 0;
  // False: the client is gone, or reads so slowly that unsent_bytes_max was passed and the stream
  // was cut; nothing more need be written.
  virtual bool write(std::string_view chunk) = 0;
  virtual void end() = 0;
  // Breaks the connection off, so that the client cannot take a partial answer for a whole one.
  virtual void cut() = 0;

  // Bytes written and not yet taken by the client's connection: a source stops reading above some
  // mark, and goes on when on_drained() calls: once for each time that it is set, in a later round
  // if nothing is unsent already.
  virtual std::size_t unsent_bytes() const = 0;
  virtual void on_drained(std::function<void()> function) = 0;

  // Calls `function` once, when the client is gone before its answer was complete. A client that
  // closed only its sending half is not gone; the two are told apart by an interim 102. It may be
  // called from within write(), but never from within on_gone() itself: if the client is gone
  // already, it is called in a later round of the loop.
  virtual void on_gone(std::function<void()> function) = 0;
  virtual bool gone() const = 0;
  virtual bool answered() const = 0;  // respond() or begin() was called
};

class Handler {
 public:
  virtual ~Handler() = default;
  // On the loop of the connection; must not throw. With several loops it is called on several
  // threads.
  virtual void handle(std::shared_ptr<Exchange> exchange) = 0;
};

}  // namespace keyturn
