// Live<T>: an immutable value that is replaced whole while loops read it, without a lock and
// without counting references.
//
// Promises: a reader sees wholly the old value or wholly the new one. What it got stays valid until
// the end of the round of its loop (or of the sequencer) in which it asked, and no longer: whoever
// replaces a value keeps the old one until every reading thread has begun another round, which a
// function posted to each of them shows. Thread rule: reading on threads that take such posts;
// replace() from one thread.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

namespace keyturn {

template <class T>
class Live {
 public:
  explicit Live(std::shared_ptr<const T> first) : owned_(std::move(first)), now_(owned_.get()) {}
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  const T& operator*() const { return *now_.load(std::memory_order_acquire); }

  // The value before: its caller's to keep until every reader has moved on.
  [[nodiscard]] std::shared_ptr<const T> replace(std::shared_ptr<const T> next) {
    std::swap(owned_, next);
    now_.store(owned_.get(), std::memory_order_release);
    return next;
  }

 private:
  std::shared_ptr<const T> owned_;
  std::atomic<const T*> now_;
};

}  // namespace keyturn
