// Buffer: bytes received and not yet used, contiguous, growing up to what its owner allows.
//
// Promises: data between begin() and end() is stable until prepare(), which may move it. Fresh
// space is not cleared: it is only ever read after a read() wrote to it. Thread rule: one owner.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace keyturn {

class Buffer {
 public:
  std::size_t size() const { return end_; }
  std::size_t capacity() const { return capacity_; }
  char* data() { return bytes_.get(); }
  std::string_view view(std::size_t from, std::size_t to) const {
    return {bytes_.get() + from, to - from};
  }
  std::string_view view() const { return view(0, end_); }

  // Space for at least `wanted` more bytes. All views into the buffer are void if it had to grow.
  std::span<char> prepare(std::size_t wanted) {
    if (capacity_ - end_ < wanted) grow(end_ + wanted);
    return {bytes_.get() + end_, capacity_ - end_};
  }
  std::span<char> space() { return {bytes_.get() + end_, capacity_ - end_}; }
  void commit(std::size_t bytes) { end_ += bytes; }

  // Cuts [from, to) out.
  void erase(std::size_t from, std::size_t to) {
    if (to < end_) std::memmove(bytes_.get() + from, bytes_.get() + to, end_ - to);
    end_ -= to - from;
  }
  void clear() { end_ = 0; }
  // Gives memory back, if nothing is in it.
  void shrink(std::size_t capacity_max) {
    if (end_ > 0 || capacity_ <= capacity_max) return;
    bytes_.reset(capacity_max == 0 ? nullptr : new char[capacity_max]);
    capacity_ = capacity_max;
  }

 private:
  void grow(std::size_t at_least) {
    std::size_t larger = capacity_ < 2048 ? 4096 : capacity_ * 2;
    while (larger < at_least) larger *= 2;
    std::unique_ptr<char[]> bytes(new char[larger]);
    if (end_ > 0) std::memcpy(bytes.get(), bytes_.get(), end_);
    bytes_ = std::move(bytes);
    capacity_ = larger;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t end_ = 0;
};

}  // namespace keyturn
