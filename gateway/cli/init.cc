// `keyturn init`: a folder that a newcomer can serve from. Nothing in it existed before, and
// nothing is overwritten. It is for trying out: real officials make their keys themselves, each on
// his own computer, and hand over the public half.
#include <cstdio>
#include <filesystem>
#include <map>

#include "gateway/cli/commands.h"
#include "gateway/cli/init_charter.h"
#include "gateway/cli/key_material.h"
#include "gateway/cli/support.h"
#include "gateway/journal/bodies.h"
#include "gateway/journal/journal.h"
#include "gateway/world/clock.h"
#include "gateway/world/files.h"
#include "keys/key_file.h"
#include "policy/charter/load.h"

namespace keyturn::cli {
namespace {

namespace fs = std::filesystem;
using Values = std::map<std::string, std::string, std::less<>>;

Result<std::string> fill(std::string_view pattern, const Values& values) {
  std::string out;
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('@');
    const std::size_t close = open == std::string_view::npos ? open : pattern.find('@', open + 1);
    const auto value = close == std::string_view::npos
                           ? values.end()
                           : values.find(pattern.substr(open + 1, close - open - 1));
    if (value == values.end()) {
      // An `@` of the charter's own, as in a pointer.
      const std::size_t upto = open == std::string_view::npos ? pattern.size() : open + 1;
      out += pattern.substr(0, upto);
      pattern.remove_prefix(upto);
      continue;
    }
    out += pattern.substr(0, open);
    out += value->second;
    pattern.remove_prefix(close + 1);
  }
  return out;
}

std::string year(Time now, int later) {
  return std::to_string(std::stoi(now.to_string().substr(0, 4)) + later) + "-01-01";
}

class Folder {
 public:
  explicit Folder(const Init& options) : options_(options), root_(options.folder) {}

  Result<void> make() {
    if (fs::exists(root_)) {
      return Error{Code::conflict, "`" + options_.folder + "` is there already; name a new folder"};
    }
    CHECK_OK(make_directory(root_));
    CHECK_OK(make_directory(root_ / "keys"));
    CHECK_OK(make_directory(root_ / "tokens"));
    CHECK_OK(make_secrets());
    CHECK_OK(make_charter());
    return make_data();
  }

 private:
  Result<void> make_secrets() {
    const SecretBytes random = entropy_.secret_key();
    const std::string passphrase = base64url_encode(random.expose());
    CHECK_OK(create_file(root_ / "passphrase", passphrase + "\n"));
    const SecretBytes secret(passphrase);
    TRY(const PublicKey journal,
        make_key_file(options_.deployment, (root_ / "journal.key").string(), secret, entropy_));
    values_["key journal"] = base64_encode(journal.bytes);
    for (const InitPrincipal& principal : init_principals()) {
      const std::string name(principal.name);
      if (principal.key) {
        TRY(const PublicKey key,
            make_key_file(name, (root_ / "keys" / (name + ".key")).string(), secret, entropy_));
        values_["key " + name] = base64_encode(key.bytes);
      }
      if (!principal.token) continue;
      TRY(const NewToken token, make_token(entropy_));
      CHECK_OK(create_file(root_ / "tokens" / (name + ".token"), token.token + "\n"));
      const std::size_t quote = token.line.find('"');
      values_["token " + name] = token.line.substr(quote + 1, token.line.size() - quote - 2);
    }
    return {};
  }

  Result<void> make_charter() {
    const Time now = SystemClock().now();
    values_["deployment"] = options_.deployment;
    values_["delay"] = options_.delay;
    values_["fleet"] = options_.fleet;
    values_["model"] = options_.model;
    values_["valid-from"] = year(now, 0);
    values_["valid-until"] = year(now, 2);
    TRY(const std::string text, fill(init_charter_pattern(), values_));
    const fs::path file = root_ / "charter.keyturn";
    CHECK_OK(create_file(file, text, 0644));
    TRY(const auto charter, load_charter_file(file.string()));
    charter_ = charter;
    return create_file(
        root_ / "keyturn.toml",
        "# Where the gateway listens and where its files lie. Who decides what is the charter's.\n"
        "charter = \"charter.keyturn\"\n"
        "data = \"data\"\n"
        "journal_key = \"journal.key\"\n"
        "passphrase_file = \"passphrase\"\n"
        "# high_water = \"/another/mount/high-water\"\n\n"
        "[callers]\nlisten = \"" +
            options_.callers +
            "\"\nthreads = 1\n\n"
            "[officials]\nlisten = \"" +
            options_.officials +
            "\"\n\n"
            "# TLS on a listener; docs/operations.md says more:\n"
            "# [callers.tls]\n# client_certificates = \"request\"\n"
            "# [[callers.tls.certificates]]\n# chain = \"gateway.pem\"\n"
            "# key = \"gateway.key\"\n\n"
            "# How callers are kept waiting, in milliseconds:\n"
            "# [holding]\n# step_ms = 50000            # one step of the 303 ladder\n"
            "# ladder_ms = 580000         # all steps of one attempt; then 409 with Retry-After\n"
            "# keepalive_ms = 12000       # between two signs of life in a stream that waits\n"
            "# response_keep_ms = 120000  # an answer, for identical requests\n\n"
            "# The credential that the gateway presents to an endpoint:\n"
            "# [endpoints.models]\n# header = \"authorization\"\n# prefix = \"Bearer \"\n"
            "# credential_file = \"models.credential\"\n",
        0644);
  }

  Result<void> make_data() {
    const fs::path data = root_ / "data";
    TRY(const OpenedKey key,
        open_key((root_ / "journal.key").string(), (root_ / "passphrase").string()));
    CHECK_OK(Journal::create(JournalPlace{data, {}}, journal_origin(charter_->name), key.key));
    return Bodies::create(data, entropy_);
  }

  const Init& options_;
  const fs::path root_;
  SystemEntropy entropy_;
  Values values_;
  std::shared_ptr<const Charter> charter_;
};

}  // namespace

int init(const Init& options) {
  if (auto made = Folder(options).make(); !made.ok()) return fail(made.error());
  std::printf(
      "%s is ready: charter.keyturn, keyturn.toml, keys/, tokens/, a passphrase for all of them, "
      "data/\n"
      "It is for trying out: in earnest each official makes his own key with `keyturn keys new`.\n"
      "  keyturn fleet --charter %s/charter.keyturn --listen %s &\n"
      "  keyturn model --listen %s &\n"
      "  keyturn serve --config %s/keyturn.toml\n",
      options.folder.c_str(), options.folder.c_str(),
      options.fleet.substr(options.fleet.find("//") + 2).c_str(),
      options.model.substr(options.model.find("//") + 2).c_str(), options.folder.c_str());
  return 0;
}

}  // namespace keyturn::cli
