// SPDX-License-Identifier: BSL-1.0
// What must hold of the importer's answer to any bytes at all. Used by the fuzzer and by
// tests/io/hf_malformed.cpp.
#pragma once

#include <string_view>

#include "shardline/check/validation.hpp"
#include "shardline/io/hf_config.hpp"
#include "shardline/model/parameters.hpp"

namespace fuzz {

inline bool is_one_printable_line(std::string_view line) {
  for (const char c : line) {
    if (c < ' ' || c > '~') return false;
  }
  return !line.empty();
}

inline bool can_be_counted(const shardline::model& m) {
  if (!shardline::validate(m).found.empty()) return true;  // too large: refused by name elsewhere
  return shardline::parameters(m).total() > 0 && shardline::active_parameters(m) > 0 &&
         shardline::mtp_parameters(m).total() >= 0 &&
         shardline::kv_bytes_per_token(m).value() >= 0.0 &&
         shardline::state_bytes_per_sequence(m).value() >= 0.0;
}

/// True if the answer is a model that can be counted, or else one printable line, and every note is
/// one too.
inline bool answers_well(std::string_view text, std::string_view second = {}) {
  const shardline::import_result r = shardline::import_hf_config(text, second);
  for (const std::string& note : r.notes) {
    if (!is_one_printable_line(note)) return false;
  }
  if (!r) return is_one_printable_line(r.error);
  return r.error.empty() && can_be_counted(*r.model);
}

}  // namespace fuzz
