// Every limit of Keyturn, by name, with its unit last. `keyturn limits` prints this table. A limit
// is a refusal with its name in it, never a truncation.
#pragma once

#include <cstdint>

namespace keyturn {

// clang-format off
#define KEYTURN_LIMITS(X)                                                                           \
  /* statements and keys */                                                                         \
  X(statement_bytes_max, 4096, "a statement's text [C8]")                                           \
  X(word_head_bytes_max, 1024, "what a word adds to its command's text")                            \
  X(reason_bytes_max, 256, "the reason of a word or freeze")                                             \
  X(login_origin_bytes_max, 256, "the listener's origin in a login")                                \
  X(note_bytes_max, 32768, "a signed note with its signatures")                                     \
  X(effect_value_bytes_max, 200, "a value quoted in an effect [C8]")                                \
  X(note_signatures_max, 16, "signatures on one note (C2SP signed-note)")                           \
  X(login_seconds_max, 60, "age of a login statement [W10]")                                        \
  X(statement_skew_seconds_max, 60, "signed-at ahead of the entry's time [W11]")                    \
  X(key_file_bytes_max, 4096, "a key file")                                                         \
  X(key_file_operations_max, 16, "argon2id passes that a key file may ask for")                     \
  X(key_file_memory_bytes_max, 1073741824, "argon2id memory that a key file may ask for")           \
  /* charter */                                                                                     \
  X(charter_bytes_max, 16777216, "a charter's text")                                                \
  X(name_bytes_max, 64, "an identifier of the charter")                                             \
  X(string_bytes_max, 1024, "a string of the charter")                                              \
  X(range_systems_max, 100000, "systems that one range names [C9]")                                 \
  X(rule_branches_max, 64, "branches of a rule's disjunctive form [Q1]")                            \
  X(rule_slots_max, 16, "slots of one branch [Q1]")                                                 \
  X(quorum_search_steps_max, 20000, "steps of the search for one quorum [Q2]")                        \
  X(charter_systems_max, 1000000, "systems of a charter")                                           \
  X(system_weight_max, 1000000000, "the weight of one system")                                      \
  X(charter_duration_seconds_max, 316224000, "a time span of the charter: 3660 days")               \
  X(delegation_seconds_max, 2678400, "how long a charter may let a delegation run: 31 days")         \
  X(charter_nesting_max, 16, "parentheses within parentheses of a quorum")                          \
  X(charter_matchers_max, 4096, "matchers of a charter's classes and passes")                       \
  X(charter_initiators_max, 64, "initiators for whom a quorum is sought when a charter is checked")  \
  X(charter_search_steps_max, 100000, "steps of one search when a charter is checked [Q8]")           \
  X(charter_errors_max, 100, "errors that one check prints")                                        \
  /* requests */                                                                                    \
  X(json_depth_max, 64, "nesting of a JSON body")                                                   \
  X(json_members_max, 65536, "members of one object of a JSON body")                                \
  X(json_kept_bytes_max, 1048576, "buffers that a JSON reader keeps for the next body")             \
  X(facts_bytes_max, 32768, "values that classification draws from one gated request")              \
  X(fact_value_bytes_max, 1024, "one such value")                                                   \
  X(request_head_bytes_max, 16384, "a request's head")                                              \
  X(request_fields_max, 100, "header fields of a request")                                          \
  X(request_target_bytes_max, 4096, "a request's target")                                           \
  X(request_body_bytes_max, 8388608, "a buffered request body [C10]")                               \
  X(chunk_extension_bytes_max, 256, "a chunk's extension")                                          \
  X(response_head_bytes_max, 32768, "the head of an upstream's answer")                              \
  /* journal */                                                                                     \
  X(entry_bytes_max, 65535, "a journal entry (C2SP tlog-tiles)")                                    \
  X(checkpoint_bytes_max, 8192, "a signed checkpoint, with its cosignatures")                       \
  X(body_key_bytes_max, 64, "the file of the key that wraps the bodies' keys")                      \
  X(database_busy_ms_max, 5000, "wait for another process's hold on a database")                    \
  X(batch_entries_max, 1024, "intents decided in one append")                                       \
  X(clock_behind_seconds_max, 5, "gateway's clock behind the last entry [T2]")                      \
  X(refusals_journalled_per_minute_max, 10, "refusals of one principal, an entry each [T7]")        \
  X(reasons_max, 16, "reasons that one refusal records")                                            \
  X(lease_grace_seconds, 5, "a lease counts this long past its end [S2]")                           \
  X(freeze_seconds_max, 86400, "a freeze, from its entry to its end [A4]")                          \
  X(freeze_pause_seconds, 604800, "after it, before the same institution freezes there again [A4]") \
  /* holding */                                                                                     \
  X(pending_per_initiator_max, 100, "held commands of one initiator")                               \
  X(pending_total_max, 10000, "held commands in all")                                               \
  X(gated_answer_bytes_max, 67108864, "an answer to a gated request, kept for all who wait")         \
  X(stream_error_bytes_max, 65536, "an endpoint's answer that is no stream, read for its error")     \
  X(responses_kept_bytes_max, 268435456, "answers kept for identical requests, all together")        \
  X(waiters_per_command_max, 64, "callers that wait for one command")                              \
  /* listeners and their connections; tests shorten them */                                        \
  X(head_ms_max, 15000, "a head, from its first byte to its last [T29]")                           \
  X(body_ms_max, 60000, "a buffered body, from head to last byte")                                 \
  X(tls_handshake_ms_max, 10000, "a TLS handshake, with clients and with endpoints [T29]")         \
  X(tls_session_seconds_max, 3600, "within which a TLS session may be continued")                  \
  X(tls_certificates_bytes_max, 1048576, "a PEM file of certificates")                             \
  X(tls_peer_chain_bytes_max, 32768, "the certificates that the other side of a handshake shows")  \
  X(tls_own_unsent_bytes_max, 65536, "what TLS has to say itself and the other side does not read") \
  X(tls_key_bytes_max, 16384, "a PEM file with a private key")                                     \
  X(idle_ms_max, 75000, "between two requests of one connection")                                  \
  X(stall_ms_max, 60000, "an answer or a streamed body that makes no progress")                    \
  X(linger_ms_max, 1000, "after a refusal, for the client to read it")                             \
  X(connections_max, 20000, "of one listener and loop")                                            \
  X(connections_per_peer_max, 12000, "of one address")                                             \
  X(unsent_bytes_max, 1048576, "written and not yet taken by a slow reader")                       \
  /* connections to endpoints */                                                                   \
  X(upstream_connect_ms_max, 5000, "to connect")                                                   \
  X(upstream_first_byte_ms_max, 600000, "from a request's last byte to the answer's head")         \
  X(upstream_stall_ms_max, 600000, "between two bytes of an answer")                               \
  X(upstream_idle_ms_max, 30000, "unused in the pool")                                             \
  X(upstream_connections_max, 1024, "to one origin, from one loop")                                \
  X(upstream_idle_max, 256, "of them kept while unused")                                           \
  X(upstream_pending_max, 1024, "requests that wait for a connection")                             \
  X(upstream_pending_ms_max, 10000, "such a wait")                                                 \
  X(upstream_failures_max, 5, "failures in a row, then an origin is left alone for a while")       \
  X(upstream_eject_ms_min, 1000, "such a while; it doubles with each failure")                     \
  X(upstream_eject_ms_max, 30000, "its longest")                                                   \
  X(probe_failures_max, 2, "failed probes in a row, then an endpoint counts as down")              \
  X(probe_interval_ms_min, 100, "between two probes of an endpoint")                               \
  X(probe_interval_ms_max, 3600000, "the same, at most")                                           \
  X(probe_answer_ms_max, 10000, "until the answer to a probe; its interval where that is less")      \
  X(probe_answer_bytes_max, 65536, "the answer to a probe")                                        \
  /* files and secrets */                                                                          \
  X(config_bytes_max, 1048576, "keyturn.toml")                                                     \
  X(caller_threads_max, 256, "threads that serve callers")                                         \
  X(ladder_steps_max, 18, "steps of one attempt: SDKs follow twenty redirects")                    \
  X(passphrase_bytes_max, 1024, "a passphrase")                                                    \
  X(credential_bytes_max, 8192, "a file with a token or an upstream's credential")
// clang-format on

#define KEYTURN_LIMIT_CONSTANT(name, value, what) inline constexpr std::uint64_t name = value;
KEYTURN_LIMITS(KEYTURN_LIMIT_CONSTANT)
#undef KEYTURN_LIMIT_CONSTANT

}  // namespace keyturn
