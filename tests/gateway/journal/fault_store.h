// A store whose n-th call fails, in sunlight's two flavours: it failed, and it failed but was
// persisted.
#pragma once

#include <memory>
#include <utility>

#include "gateway/journal/store.h"

namespace keyturn::journal_tests {

enum class Flavour : unsigned char {
  refused,            // an Error: certainly nothing was written
  lost,               // unknown, and nothing was written
  lost_but_persisted  // unknown, and it was written
};

class FaultStore final : public Store {
 public:
  // Over a store that outlives it, so that the next start finds what this one left.
  FaultStore(std::shared_ptr<Store> inner, int fails_at, Flavour flavour)
      : inner_(std::move(inner)), fails_at_(fails_at), flavour_(flavour) {}

  Result<Appended> append(const Append& append) override {
    if (++appends_ != fails_at_) return inner_->append(append);
    if (flavour_ == Flavour::refused) return Error{Code::unavailable, "the disk is full"};
    if (flavour_ == Flavour::lost_but_persisted) {
      TRY(const Appended appended, inner_->append(append));
      if (appended != Appended::ok) return appended;
    }
    return Appended::unknown;
  }
  Result<void> read(std::uint64_t from, std::uint64_t to, const EntrySink& sink) const override {
    CHECK_OK(reads());
    return inner_->read(from, to, sink);
  }
  Result<std::uint64_t> size() const override {
    CHECK_OK(reads());
    return inner_->size();
  }
  Result<Digest> node(std::uint8_t level, std::uint64_t index) const override {
    CHECK_OK(reads());
    return inner_->node(level, index);
  }
  Result<std::string> checkpoint() const override {
    CHECK_OK(reads());
    return inner_->checkpoint();
  }
  Result<Counts> count() const override {
    CHECK_OK(reads());
    return inner_->count();
  }

  void fail_read(int which) { read_fails_at_ = which; }
  int reads_done() const { return reads_; }

 private:
  Result<void> reads() const {
    if (++reads_ == read_fails_at_) return Error{Code::unavailable, "the disk does not answer"};
    return {};
  }

  const std::shared_ptr<Store> inner_;
  const int fails_at_;
  const Flavour flavour_;
  int appends_ = 0;
  mutable int reads_ = 0;
  int read_fails_at_ = 0;
};

}  // namespace keyturn::journal_tests
