// SPDX-License-Identifier: BSL-1.0
/// Results as JSON for programs, in SI base units: bytes, seconds, tokens. Needs nlohmann_json.
///
/// Bytes, tokens and counts are whole numbers; objects keep the order in which their keys are
/// documented. Where an estimate cannot be priced (a violation is "layers" or "precision") its
/// figures are zero. Inputs out of range have no place here: refuse them before (report::invalid).
///
/// to_json(x...) is the tree of what put_json(output, x...) says, and a json_text its text.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "shardline/base/parts.hpp"
#include "shardline/estimate/disaggregation.hpp"
#include "shardline/io/json/engine.hpp"
#include "shardline/io/json/memory.hpp"
#include "shardline/io/text/feasibility.hpp"
#include "shardline/model/parameters.hpp"
#include "shardline/plan/search.hpp"

namespace shardline {

/// {"name", "parameters", "active_parameters", "mtp_parameters", "kv_bytes_per_token",
///  "state_bytes_per_sequence"}: multi-token prediction is counted apart.
/// Counts and bytes as parameters(), active_parameters(), kv_bytes_per_token() and their like say.
///   Llama-3.1-8B: "parameters": 8030261248   (tests/io/documented.cpp)
template <class Output>
void put_json(json_output<Output>& out, const model& m) {
  out.object([&] {
    out.member("name", m.name.view());
    out.member("parameters", parameters(m).total());
    out.member("active_parameters", active_parameters(m));
    out.member("mtp_parameters", mtp_parameters(m).total());
    out.member("kv_bytes_per_token", detail::rounded_up(kv_bytes_per_token(m).value()));
    out.member("state_bytes_per_sequence", detail::rounded_up(state_bytes_per_sequence(m).value()));
  });
}

/// {"attention": {"tp", "cp", "dp"}, "expert": {"etp", "ep", "edp"}, "pp", "dispatch",
///  "redundant_experts", "dcp", "gpus"}: the layout's fields, counts of ranks.
///   of one GPU: "gpus": 1, "dcp": 1   (tests/io/documented.cpp)
template <class Output>
void put_json(json_output<Output>& out, const layout& l) {
  out.object([&] {
    out.object("attention", [&] {
      out.member("tp", l.attention.tp);
      out.member("cp", l.attention.cp);
      out.member("dp", l.attention.dp);
    });
    out.object("expert", [&] {
      out.member("etp", l.expert.etp);
      out.member("ep", l.expert.ep);
      out.member("edp", l.expert.edp);
    });
    out.member("pp", l.pp);
    out.member("dispatch", name(l.dispatch));
    out.member("redundant_experts", l.redundant_experts);
    out.member("dcp", l.dcp);
    out.member("gpus", l.gpus());
  });
}

namespace detail {

// A violation's figure in SI base units. A time without end has no figure.
template <class Output>
void put_si_figure(json_output<Output>& out, std::string_view name, figure_unit u, integer figure) {
  constexpr double ns_per_s = 1e9;
  constexpr double s_per_million_s = 1e6;
  if (u == figure_unit::nanoseconds && figure == largest_whole) return out.member(name, nullptr);
  if (u == figure_unit::nanoseconds) {
    return out.member(name, static_cast<double>(figure) / ns_per_s);
  }
  if (u == figure_unit::requests_per_million_seconds) {
    return out.member(name, static_cast<double>(figure) / s_per_million_s);
  }
  out.member(name, figure);
}

}  // namespace detail

/// {"rule", "message", "required", "available"}: the message is the sentence of text_of(), the two
/// figures are in bytes, seconds, or a count.
///   16384 GPUs of 64: "required": 16384   (tests/io/documented.cpp)
template <class Output>
void put_json(json_output<Output>& out, const violation& v) {
  out.object([&] {
    out.member("rule", text_of(v.rule).id);
    out.member("message", to_text(v));
    detail::put_si_figure(out, "required", v.units.required, v.required);
    detail::put_si_figure(out, "available", v.units.available, v.available);
  });
}

/// {"latency_s", "bound", "terms": [{"name", "seconds"}]}: terms that take any time, in order;
/// their sum is the latency, in seconds.
///   2 s of norms: "latency_s": 2, one term   (tests/io/documented.cpp)
template <class Output, class T>
void put_json(json_output<Output>& out, const basic_time<T>& t) {
  out.object([&] {
    out.member("latency_s", value_of(t.total().value()));
    out.member("bound", name(t.bounded_by()));
    out.array("terms", [&] {
      for_each_addend(t, [&](std::string_view line, const seconds<T>& spent) {
        const double s = value_of(spent.value());
        if (s == 0.0) return;
        out.object([&] {
          out.member("name", line);
          out.member("seconds", s);
        });
      });
    });
  });
}

namespace detail {

// JSON has no infinity: null where the queue grows for ever.
template <class Output>
void put_figure(json_output<Output>& out, std::string_view name, double figure) {
  if (!is_finite(figure)) return out.member(name, nullptr);
  out.member(name, figure);
}

// A figure under its name, which ends with its unit: rates have it there already.
template <class Output, class T>
void put(json_output<Output>& out, std::string_view name, const T& figure) {
  put_figure(out, name, value_of(figure));
}
template <class Output, class Unit, class T>
void put(json_output<Output>& out, std::string_view name, const quantity<Unit, T>& figure) {
  constexpr bool in_seconds = std::is_same_v<Unit, unit::seconds>;
  put_figure(out, std::string(name) + (in_seconds ? "_s" : ""), value_of(figure.value()));
}

}  // namespace detail

/// {"concurrency", "running", "utilisation", "requests_per_s", "waiting_s", "ttft_s", "tpot_s",
///  "output_tokens_per_s", "output_tokens_per_s_per_gpu", "total_tokens_per_s_per_gpu"}: the parts
/// of basic_serving in seconds, tokens and requests per second. Concurrency, waiting and TTFT are
/// null where requests arrive faster than they can be served, and TPOT where answers are of one
/// token.
///   of tpot 25 ms: "tpot_s": 0.025   (tests/io/documented.cpp)
template <class Output, class T>
void put_json(json_output<Output>& out, const basic_serving<T>& s) {
  out.object([&] {
    for_each_part(s, [&](std::string_view name, const auto& figure) {
      if (name == "tpot" && !(value_of(s.tpot.value()) > 0.0)) return out.member("tpot_s", nullptr);
      detail::put(out, name, figure);
    });
  });
}

namespace detail {

// [low, high] in seconds, high null where it is infinite; null where both are, or of nothing.
template <class Output, class T>
void put(json_output<Output>& out, std::string_view name, const basic_band<T>& b) {
  const std::string key = std::string(name) + "_s";
  const bool known = is_finite(value_of(b.low.value())) && value_of(b.high.value()) > 0.0;
  if (!known) return out.member(key, nullptr);
  out.array(key, [&] {
    out.put(value_of(b.low.value()));
    out.put(value_of(b.high.value()));
  });
}

}  // namespace detail

/// {"prefill_s", "decode_s", "ttft_s", "tpot_s"}, each a band [low, high] in seconds; that of a
/// TTFT whose queue grows for ever is null, and that of a TPOT where answers are of one token.
/// Where slower steps of the band would let the queue grow for ever, high alone is null.
///   a decode of 2 s to 3 s: "decode_s": [2, 3]   (tests/io/documented.cpp)
template <class Output, class T>
void put_json(json_output<Output>& out, const basic_bands<T>& b) {
  out.object([&] {
    for_each_part(b, [&out](std::string_view name, const basic_band<T>& range) {
      detail::put(out, name, range);
    });
  });
}

namespace detail {

template <class Output>
void put_members(json_output<Output>& out, const report& r, std::span<const std::string> notes) {
  out.member("feasible", r.feasible());
  out.array("violations", [&] {
    for (const violation& v : r.violations) out.put(v);
  });
  out.array("warnings", [&] {
    for (const warning_note& n : r.warnings) out.put(to_text(n));
    for (const std::string& n : notes) out.put(n);
  });
}

}  // namespace detail

/// {"feasible", "violations", "warnings"}, with invalid inputs as violations too and warnings as
/// sentences; figures are in the units of their names.
///   of 16384 GPUs of 64: 1 violation, "required": 16384   (tests/io/documented.cpp)
template <class Output>
void put_json(json_output<Output>& out, const report& r) {
  out.object([&] { detail::put_members(out, r, {}); });
}

/// "model", "layout", the keys of a report, "memory", "source", "prefill", "decode", "serving",
/// "bands", members, in bytes and seconds as their names say; the source of all times is
/// "datasheet", "constant", "transferred" or "measured".
///   notes   stand among the warnings
///   Llama-3.1-8B, 16 sequences on one H100: "total_bytes": 22697324544   (tests/io/documented.cpp)
template <class Output, class T>
void put_members(json_output<Output>& out, const model& m, const layout& l,
                 const basic_estimate<T>& e, std::span<const std::string> notes = {}) {
  out.member("model", m);
  out.member("layout", l);
  detail::put_members(out, e.feasibility, notes);
  out.member("memory", e.memory);
  out.member("source", name(e.source));
  out.member("prefill", e.prefill);
  out.member("decode", e.decode);
  out.member("serving", e.serving);
  out.member("bands", e.bands);
}
/// {those members}, as one object.
///   Llama-3.1-8B, 16 sequences on one H100: "total_bytes": 22697324544   (tests/io/documented.cpp)
template <class Output, class T>
void put_json(json_output<Output>& out, const model& m, const layout& l,
              const basic_estimate<T>& e) {
  out.object([&] { put_members(out, m, l, e); });
}

/// {"model", "layout", "feasible", "prefill": report, "decode": report, "source",
///  "prefill_requests_per_s", "decode_requests_per_s", "transfer_s", "serving",
///  "bands"}, in seconds and requests per second as their names say.
///   Llama-3.1-8B, pools of one H100 each: "transfer_s": 0.00537   (tests/io/documented.cpp)
template <class Output, class T>
void put_members(json_output<Output>& out, const model& m, const layout& l,
                 const basic_disaggregated<T>& d) {
  out.member("model", m);
  out.member("layout", l);
  out.member("feasible", d.feasible());
  out.member("prefill", d.prefill);
  out.member("decode", d.decode);
  out.member("source", name(d.source));
  out.member("prefill_requests_per_s", value_of(d.prefill_rate.value()));
  out.member("decode_requests_per_s", value_of(d.decode_rate.value()));
  out.member("transfer_s", value_of(d.transfer.value()));
  out.member("serving", d.serving);
  out.member("bands", d.bands);
}
template <class Output, class T>
void put_json(json_output<Output>& out, const model& m, const layout& l,
              const basic_disaggregated<T>& d) {
  out.object([&] { put_members(out, m, l, d); });
}

/// "tried", "feasible", "rejected": {rule: points}, members, all of them numbers of points; rules
/// that rejected none are left out.
///   10 tried, 10 feasible: "tried": 10   (tests/io/documented.cpp)
template <class Output>
void put_members(json_output<Output>& out, const search_counts& s) {
  out.member("tried", s.tried);
  out.member("feasible", s.feasible);
  out.object("rejected", [&] {
    for (std::size_t i = 0; i < rule_count; ++i) {
      if (s.rejected[i] != 0) out.member(text_of(static_cast<rule>(i)).id, s.rejected[i]);
    }
  });
}

/// The counts of points, and "layouts": [as for an estimate, best first], members.
///   notes   stand among the warnings of each
///   Llama-3.1-8B on 4 H100: "tried": 10   (tests/io/documented.cpp)
template <class Output, class T>
void put_members(json_output<Output>& out, const model& m, const basic_search_result<T>& s,
                 std::span<const std::string> notes = {}) {
  put_members(out, static_cast<const search_counts&>(s));
  out.array("layouts", [&] {
    for (const basic_candidate<T>& c : s.best) {
      out.object([&] { put_members(out, m, c.layout, c.estimate, notes); });
    }
  });
}
template <class Output, class T>
void put_json(json_output<Output>& out, const model& m, const basic_search_result<T>& s) {
  out.object([&] { put_members(out, m, s); });
}

}  // namespace shardline
