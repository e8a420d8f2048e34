// Result<T>: a value or an error, never both, never neither.
//
// Promises: move-only use is enough; reading a value that is not there aborts the process (a bug,
// not a condition). "Deny" is never an Error: a decision is a value; exactly one function maps an
// Error to a denial. Messages say what was tried, on what, and what to do; one line, no line
// breaks. Thread rule: a plain value.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace keyturn {

enum class Code {
  invalid,          // malformed input
  unauthenticated,  // nobody we know, or a signature that does not verify
  forbidden,        // known, and not allowed
  expired,          // too late, or too early
  replayed,         // seen before
  conflict,         // the state moved on
  not_found,
  too_large,
  exhausted,    // a limit of ours is reached
  unavailable,  // a part we depend on does not answer
  unknown,      // it may have happened: nobody knows
  corrupt,      // what we stored is not what we read
  unsupported,
  internal,
};

std::string_view code_name(Code code);

struct Error {
  Code code = Code::internal;
  std::string message;
};

namespace detail {
[[noreturn]] inline void abort_on_error(const Error& error) {
  std::fprintf(stderr, "keyturn: value() of an error: %s\n", error.message.c_str());
  std::abort();
}
}  // namespace detail

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value)  // NOLINT(google-explicit-constructor)
      : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error)  // NOLINT(google-explicit-constructor)
      : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  bool ok() const { return state_.index() == 0; }

  T& value() & {
    if (!ok()) detail::abort_on_error(std::get<1>(state_));
    return std::get<0>(state_);
  }
  const T& value() const& {
    if (!ok()) detail::abort_on_error(std::get<1>(state_));
    return std::get<0>(state_);
  }
  T&& value() && {
    if (!ok()) detail::abort_on_error(std::get<1>(state_));
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error)  // NOLINT(google-explicit-constructor)
      : error_(std::move(error)), failed_(true) {}

  explicit operator bool() const { return !failed_; }
  bool ok() const { return !failed_; }
  void value() const {
    if (failed_) detail::abort_on_error(error_);
  }
  const Error& error() const& { return error_; }
  Error&& error() && { return std::move(error_); }

 private:
  Error error_;
  bool failed_ = false;
};

}  // namespace keyturn

#define KEYTURN_JOIN_(a, b) a##b
#define KEYTURN_JOIN(a, b) KEYTURN_JOIN_(a, b)
#define KEYTURN_TRY_(name, declaration, ...)      \
  auto name = (__VA_ARGS__);                      \
  if (!name.ok()) return std::move(name).error(); \
  declaration = std::move(name).value()
#define KEYTURN_CHECK_(name, ...) \
  auto name = (__VA_ARGS__);      \
  if (!name.ok()) return std::move(name).error()

// TRY(auto x, f()): the value of f(), or return its error. A declaration, not a statement
// expression: g++ 12 crashes on the latter around co_await (GCC 115851).
#define TRY(declaration, ...) \
  KEYTURN_TRY_(KEYTURN_JOIN(try_result_, __LINE__), declaration, __VA_ARGS__)
// CHECK_OK(f()): return f()'s error, if it has one; for Result<void>.
#define CHECK_OK(...) KEYTURN_CHECK_(KEYTURN_JOIN(check_result_, __LINE__), __VA_ARGS__)
