// SPDX-License-Identifier: BSL-1.0
/// Memory as JSON, in all and stage by stage.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "shardline/base/parts.hpp"
#include "shardline/io/json/output.hpp"
#include "shardline/io/text/units.hpp"
#include "shardline/memory/stages.hpp"

namespace shardline {

namespace detail {

// From 2^53 on doubles are whole themselves, and may not fit a count.
inline constexpr double whole_beyond = 9007199254740992.0;

template <class Output>
void put_bytes(json_output<Output>& out, std::string_view name, double b) {
  if (b >= whole_beyond) return out.member(name, b);
  out.member(name, rounded_up(b));
}

// Whole parts that sum to the rounded-up sum: each is what its addition moves that by. From 2^53
// bytes in all on they are left as they are.
struct whole_parts {
  double total;
  double sum = 0.0;

  template <class Output>
  void put(json_output<Output>& out, std::string_view name, double part) {
    const integer before = skip(part);
    if (total >= whole_beyond) return out.member(name, part);
    out.member(name, rounded_up(sum) - before);
  }
  integer skip(double part) {
    const integer before = rounded_up(sum);
    sum += part;
    return before;
  }
};

template <class Output, class T>
void put_members(json_output<Output>& out, const basic_memory<T>& m) {
  const double total = value_of(m.total().value());
  whole_parts whole{total};
  for_each_addend(m, [&](std::string_view part, const bytes<T>& held) {
    whole.put(out, std::string(part) + "_bytes", value_of(held.value()));
  });
  put_bytes(out, "total_bytes", total);
  out.member("capacity_bytes", rounded_up(m.capacity.value()));
  out.member("kv_capacity_tokens", rounded_up(m.kv_capacity.value()));
}

}  // namespace detail

/// {"weights_bytes", "kv_cache_bytes", "state_bytes", "activation_bytes", "communication_bytes",
///  "reserve_bytes", "withheld_bytes", "total_bytes", "capacity_bytes", "kv_capacity_tokens"}
/// The parts are whole and sum to the total, which is rounded up. From 2^53 bytes on, where doubles
/// are whole themselves, all are printed as they are.
///   1.5 bytes of weights of 4: "total_bytes": 2   (tests/io/documented.cpp)
template <class Output, class T>
void put_json(json_output<Output>& out, const basic_memory<T>& m) {
  out.object([&] { detail::put_members(out, m); });
}

/// {class: bytes}: weight classes in order, left out where a stage has none of them; whole, and
/// summing to the rounded-up total.
///   Llama-3.1-8B: "norm": 532480   (tests/io/documented.cpp)
template <class Output>
void put_json(json_output<Output>& out, const weight_totals& w) {
  out.object([&] {
    detail::whole_parts whole{w.total_bytes().value()};
    for (std::size_t i = 0; i < weight_class_count; ++i) {
      const double stored = w.stored_bytes[i];
      if (w.elements[i] > 0) {
        whole.put(out, name(static_cast<weight_class>(i)), stored);
      } else {
        whole.skip(stored);
      }
    }
  });
}

namespace detail {

template <class Output>
void put_buffer(json_output<Output>& out, const buffer_key& key, double size) {
  out.object([&] {
    out.member("collective", name(term_of(key.kind)));
    out.member("ranks", key.group.size);
    out.member("stride", key.group.stride);
    put_bytes(out, "bytes", size);
  });
}

}  // namespace detail

/// {"residual_bytes", "peak_operator", "peak_bytes",
///  "buffers": [{"collective", "ranks", "stride", "bytes"}]}, bytes rounded up: activations are the
/// first and the third, buffers those of the collectives that run.
///   Llama-3.1-8B, 16 sequences on one H100: "residual_bytes": 16900096   (tests/io/documented.cpp)
template <class Output, class T>
void put_json(json_output<Output>& out, const basic_workspace<T>& w) {
  const term peak = peak_operator(w);
  out.object([&] {
    detail::put_bytes(out, "residual_bytes", value_of(w.residual.value()));
    out.member("peak_operator", name(peak));
    detail::put_bytes(out, "peak_bytes", value_of(w[peak].value()));
    out.array("buffers", [&] {
      for (std::size_t i = 0; i < w.keys.size(); ++i) {
        const double size = value_of(w.buffers[i].value());
        if (size > 0.0) detail::put_buffer(out, w.keys[i], size);
      }
    });
  });
}

/// {"stage", "first_layer", "layers", the keys of a memory, "weights": {class: bytes}, "workspace"}
/// of a pipeline stage, in bytes and numbers of layers.
///   Llama-3.1-8B on one GPU: "layers": 32   (tests/io/documented.cpp)
template <class Output, class T>
void put_json(json_output<Output>& out, const basic_stage_memory<T>& s) {
  out.object([&] {
    out.member("stage", s.stage);
    out.member("first_layer", s.layers.first);
    out.member("layers", s.layers.number);
    detail::put_members(out, s.memory);
    out.member("weights", s.weights);
    out.member("workspace", s.workspace);
  });
}

namespace detail {

template <class Output>
struct stage_list {
  json_output<Output>& out;
  template <class T>
  void operator()(const basic_stage_memory<T>& s) const {
    out.put(s);
  }
};

}  // namespace detail

/// "stages": [as for a stage], a member: the fullest GPU of every pipeline stage, in bytes, by
/// for_each_stage(); none where the inputs were not priced.
///   Llama-3.1-8B, pp 4: 4 stages   (tests/io/documented.cpp)
template <class Output, class T>
void put_stages(json_output<Output>& out, const prepared_memory<T>& p, const basic_workload<T>& w,
                bool priced) {
  out.array("stages", [&] {
    if (priced) for_each_stage(p, w, detail::stage_list<Output>{out});
  });
}

/// [as for a stage]: the fullest GPU of every pipeline stage, in bytes, by for_each_stage().
/// Assumes inputs that were priced.
///   Llama-3.1-8B, pp 4: 4 stages   (tests/io/documented.cpp)
template <class T, class Efficiency>
[[nodiscard]] nlohmann::ordered_json stages_to_json(const basic_cluster<T, Efficiency>& c,
                                                    const model& m, const layout& l,
                                                    const basic_workload<T>& w) {
  json_tree out;
  out.object([&] { put_stages(out, prepare_memory(c, m, l), w, true); });
  return out.take()["stages"];
}

}  // namespace shardline
