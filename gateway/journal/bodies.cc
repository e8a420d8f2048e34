#include "gateway/journal/bodies.h"

#include <array>
#include <system_error>

#include "gateway/journal/sqlite_database.h"
#include "gateway/world/files.h"
#include "keys/envelope.h"
#include "keyturn/limits.h"

namespace keyturn {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t key_bytes = 32;

// `filed` is small and answers whether a body is there; an erased one has no key left in it.
constexpr std::array<TableSql, 2> tables = {{
    {"body", "CREATE TABLE body (idx INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT"},
    {"filed",
     "CREATE TABLE filed (digest BLOB NOT NULL PRIMARY KEY, idx INTEGER NOT NULL, "
     "wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID"},
}};

fs::path database_file(const fs::path& folder) { return folder / "bodies.db"; }

// --- the record
// ---------------------------------------------------------------------------------------

constexpr std::string_view heading = "keyturn/body/v1\n";

void put_number(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((value >> shift) & 0xff);
}

void put_field(std::string& out, std::string_view field) {
  put_number(out, field.size());
  out += field;
}

class RecordReader {
 public:
  explicit RecordReader(std::string_view bytes) : rest_(bytes) {}

  Result<std::string_view> take(std::uint64_t count) {
    if (count > rest_.size()) return Error{Code::corrupt, "a filed body ends too soon"};
    const std::string_view out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }
  Result<std::uint64_t> number() {
    TRY(const std::string_view raw, take(8));
    std::uint64_t out = 0;
    for (const char c : raw) out = (out << 8) | static_cast<unsigned char>(c);
    return out;
  }
  Result<std::string> field() {
    TRY(const std::uint64_t size, number());
    TRY(const std::string_view bytes, take(size));
    return std::string(bytes);
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace

RequestParts BodyRecord::parts() const {
  return RequestParts{nonce, method, endpoint, target, headers, body};
}

std::string BodyRecord::serialise() const {
  std::string out(heading);
  put_field(out, text_of(nonce));
  for (const std::string* field : {&method, &endpoint, &target}) put_field(out, *field);
  put_number(out, headers.size());
  for (const auto& header : headers) {
    put_field(out, header.first);
    put_field(out, header.second);
  }
  put_field(out, body);
  put_field(out, principal);
  put_number(out, idempotency_key ? 1 : 0);
  if (idempotency_key) put_field(out, *idempotency_key);
  return out;
}

Result<BodyRecord> BodyRecord::parse(std::string_view bytes) {
  RecordReader reader(bytes);
  BodyRecord out;
  TRY(const std::string_view first, reader.take(heading.size()));
  if (first != heading) return Error{Code::corrupt, "a filed body does not begin as one"};
  TRY(const std::string nonce, reader.field());
  TRY(out.nonce, to_array<sizeof(Nonce)>(nonce));
  TRY(out.method, reader.field());
  TRY(out.endpoint, reader.field());
  TRY(out.target, reader.field());
  TRY(const std::uint64_t headers, reader.number());
  for (std::uint64_t i = 0; i < headers; ++i) {
    TRY(std::string name, reader.field());
    TRY(std::string value, reader.field());
    out.headers.emplace_back(std::move(name), std::move(value));
  }
  TRY(out.body, reader.field());
  TRY(out.principal, reader.field());
  TRY(const std::uint64_t has_key, reader.number());
  if (has_key > 1 || (has_key == 0 && !reader.at_end()))
    return Error{Code::corrupt, "a filed body has more to it than a body"};
  if (has_key == 1) {
    TRY(out.idempotency_key, reader.field());
  }
  if (!reader.at_end()) return Error{Code::corrupt, "a filed body does not end as one"};
  return out;
}

// --- the tables
// ---------------------------------------------------------------------------------------

class Bodies::Tables {
 public:
  static Result<std::unique_ptr<Tables>> open(Result<std::unique_ptr<Database>> opened,
                                              SecretBytes key, Entropy* entropy) {
    if (key.size() != key_bytes)
      return Error{Code::invalid, "a body key has " + std::to_string(key_bytes) + " bytes"};
    auto self = std::make_unique<Tables>();
    TRY(self->database_, std::move(opened));
    self->key_ = std::move(key);
    self->entropy_ = entropy;
    Database& database = *self->database_;
    // Freed pages are overwritten with zeros: an erased key does not linger in the file.
    CHECK_OK(database.execute("PRAGMA secure_delete=ON"));
    TRY(self->find_, database.prepare("SELECT idx, wrapped FROM filed WHERE digest = ?1"));
    TRY(self->sealed_, database.prepare("SELECT sealed FROM body WHERE idx = ?1"));
    if (entropy != nullptr) {
      TRY(self->next_, database.prepare("SELECT coalesce(max(idx), 0) + 1 FROM filed"));
      TRY(self->add_body_, database.prepare("INSERT INTO body (idx, sealed) VALUES (?1, ?2)"));
      TRY(self->add_filed_,
          database.prepare("INSERT INTO filed (digest, idx, wrapped) VALUES (?1, ?2, ?3)"));
      TRY(self->drop_body_, database.prepare("DELETE FROM body WHERE idx = ?1"));
      TRY(self->drop_key_, database.prepare("UPDATE filed SET wrapped = x'' WHERE digest = ?1"));
    }
    return self;
  }

  Result<void> put(std::span<const Filed> bodies) {
    CHECK_OK(writable());
    CHECK_OK(database_->begin());
    for (const Filed& one : bodies) {
      if (auto added = add(one); !added) {
        database_->rollback();
        return added;
      }
    }
    return database_->commit();
  }

  Result<BodyRecord> get(const Digest& request) {
    TRY(const Found found, find(request));
    if (!found.filed)
      return Error{Code::not_found, "no body is filed under " + request.to_string()};
    if (found.wrapped.empty())
      return Error{Code::not_found, "the body filed under " + request.to_string() + " was erased"};
    TRY(std::string raw_key, unseal(found.wrapped, request, key_));
    const SecretBytes own_key{std::string_view(raw_key)};
    wipe(raw_key);
    TRY(const bool row, sealed_.bind(1, found.index).step());
    if (!row)
      return Error{Code::corrupt, "the body filed under " + request.to_string() + " is missing"};
    auto sealed = sealed_.blob(0);
    std::string copy = sealed ? std::string(*sealed) : std::string();
    sealed_.reset();
    CHECK_OK(sealed);
    TRY(const std::string plain, unseal(copy, request, own_key));
    return BodyRecord::parse(plain);
  }

  Result<void> erase(std::span<const Digest> requests) {
    CHECK_OK(writable());
    CHECK_OK(database_->begin());
    for (const Digest& request : requests) {
      if (auto dropped = drop(request); !dropped) {
        database_->rollback();
        return dropped;
      }
    }
    CHECK_OK(database_->commit());
    // The WAL still holds pages with the keys: they go now.
    return database_->settle();
  }

 private:
  struct Found {
    bool filed = false;
    std::uint64_t index = 0;
    std::string wrapped;
  };

  Result<void> writable() const {
    if (entropy_ == nullptr)
      return Error{Code::forbidden, "the bodies were opened to be read, not written"};
    return {};
  }

  Result<Found> find(const Digest& request) {
    TRY(const bool row, find_.bind(1, request).step());
    if (!row) return Found{};
    auto index = find_.integer(0);
    auto wrapped = find_.blob(1);
    Found found{true, index ? *index : 0, wrapped ? std::string(*wrapped) : std::string()};
    find_.reset();
    CHECK_OK(index);
    CHECK_OK(wrapped);
    return found;
  }

  Result<void> add(const Filed& one) {
    TRY(const Found found, find(one.request));
    if (found.filed) return {};
    TRY(const bool row, next_.step());
    auto index = row ? next_.integer(0) : Result<std::uint64_t>(Error{Code::corrupt, "no index"});
    next_.reset();
    CHECK_OK(index);
    const SecretBytes own_key = entropy_->secret_key();
    TRY(const std::string sealed,
        seal(one.record->serialise(), one.request, own_key, entropy_->array<24>()));
    TRY(const std::string wrapped,
        seal(text_of(own_key.expose()), one.request, key_, entropy_->array<24>()));
    CHECK_OK(add_body_.bind(1, *index).bind(2, std::string_view(sealed)).run());
    return add_filed_.bind(1, one.request).bind(2, *index).bind(3, std::string_view(wrapped)).run();
  }

  Result<void> drop(const Digest& request) {
    TRY(const Found found, find(request));
    if (!found.filed)
      return Error{Code::not_found, "no body is filed under " + request.to_string()};
    CHECK_OK(drop_key_.bind(1, request).run());
    return drop_body_.bind(1, found.index).run();
  }

  static void wipe(std::string& secret) {
    for (volatile char& c : secret) c = 0;
  }

  std::unique_ptr<Database> database_;
  SecretBytes key_;
  Entropy* entropy_ = nullptr;  // null: read-only
  Statement find_, sealed_, next_, add_body_, add_filed_, drop_body_, drop_key_;
};

// --- Bodies
// -------------------------------------------------------------------------------------------

Bodies::Bodies() = default;
Bodies::~Bodies() = default;

fs::path Bodies::key_file(const fs::path& folder) { return folder / "bodies.key"; }

Result<void> Bodies::create(const fs::path& folder, Entropy& entropy) {
  CHECK_OK(make_directory(folder));
  std::error_code failed;
  if (fs::exists(database_file(folder), failed))
    return Error{Code::conflict,
                 "there are bodies at `" + database_file(folder).string() + "` already"};
  // The database comes last: a key without bodies is what a crash leaves, and is taken up again.
  if (auto known = read_key(folder); !known) {
    if (known.error().code != Code::not_found) return std::move(known).error();
    const SecretBytes key = entropy.secret_key();
    CHECK_OK(create_file(key_file(folder), text_of(key.expose()), 0600));
  }
  return Database::create(database_file(folder), tables, "");
}

Result<SecretBytes> Bodies::read_key(const fs::path& folder) {
  TRY(SecretBytes key, read_secret_file(key_file(folder), body_key_bytes_max));
  if (key.size() != key_bytes)
    return Error{Code::invalid, "`" + key_file(folder).string() + "` is no body key: it has " +
                                    std::to_string(key.size()) + " bytes"};
  return key;
}

Result<std::unique_ptr<Bodies>> Bodies::open(const fs::path& folder, SecretBytes key,
                                             Entropy& entropy) {
  std::unique_ptr<Bodies> bodies(new Bodies());
  TRY(bodies->tables_,
      Tables::open(Database::open(database_file(folder), tables), std::move(key), &entropy));
  return bodies;
}

Result<std::unique_ptr<Bodies>> Bodies::open_read_only(const fs::path& folder, SecretBytes key) {
  std::unique_ptr<Bodies> bodies(new Bodies());
  TRY(bodies->tables_, Tables::open(Database::open_read_only(database_file(folder), tables),
                                    std::move(key), nullptr));
  return bodies;
}

Result<void> Bodies::copy(const fs::path& from, const fs::path& to) {
  TRY(const auto database, Database::open_read_only(database_file(from), tables));
  return database->copy_to(database_file(to));
}

Result<void> Bodies::put(std::span<const Filed> bodies) {
  const std::lock_guard lock(mutex_);
  return tables_->put(bodies);
}

Result<BodyRecord> Bodies::get(const Digest& request) const {
  const std::lock_guard lock(mutex_);
  return tables_->get(request);
}

Result<void> Bodies::erase(std::span<const Digest> requests) {
  const std::lock_guard lock(mutex_);
  return tables_->erase(requests);
}

}  // namespace keyturn
