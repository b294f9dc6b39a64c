// SPDX-License-Identifier: Apache-2.0
// {"kind": "sysctl", ...}, one kind an alternative of Change.
#include "remediations/change_json.h"

#include "probes/base/base64.h"
#include "probes/base/text.h"
#include "probes/base/visit.h"

namespace preflight {
namespace {

using Json = nlohmann::ordered_json;

Json image_json(const std::optional<FileImage>& image) {
  if (!image) return nullptr;
  Json json;
  const bool text = is_utf8(image->content);
  json["encoding"] = text ? "text" : "base64";
  json["content"] = text ? image->content : base64(image->content);
  json["mode"] = image->mode;
  json["uid"] = image->uid;
  json["gid"] = image->gid;
  json["modified"] = image->modified;
  Json attributes = Json::object();
  for (const auto& [name, value] : image->attributes) attributes[name] = base64(value);
  json["attributes"] = std::move(attributes);
  return json;
}

std::string decoded(const JsonFields& fields, std::string_view name, const std::string& text) {
  auto bytes = parse_base64(text);
  if (!bytes) fields.complain(name, "base64");
  return bytes.value_or(std::string());
}

FileImage read_image(const JsonFields& fields) {
  FileImage image;
  const auto encoding = fields.text("encoding");
  image.content = fields.text("content");
  if (encoding == "base64") image.content = decoded(fields, "content", image.content);
  if (encoding != "base64" && encoding != "text") fields.complain("encoding", "text or base64");
  image.mode = fields.small_number("mode");
  if (image.mode > 07777U) fields.complain("mode", "permission bits");
  image.uid = fields.small_number("uid");
  image.gid = fields.small_number("gid");
  image.modified = fields.number("modified");
  fields.each_text("attributes", [&](const std::string& name, const std::string& value) {
    image.attributes.emplace(name, decoded(fields, "attributes", value));
  });
  return image;
}

std::optional<FileImage> read_optional_image(const JsonFields& fields, std::string_view name) {
  std::optional<FileImage> image;
  if (!fields.is_null(name)) fields.object(name, [&](const JsonFields& inner) { image = read_image(inner); });
  return image;
}

FileWrite read_file_write(const JsonFields& fields) {
  FileWrite write{fields.text("path"), read_optional_image(fields, "from"), read_optional_image(fields, "to")};
  if (!write.from && !write.to) fields.complain("to", "an image where `from` is none");
  return write;
}

Json or_null(const std::optional<bool>& value) { return value ? Json(*value) : Json(nullptr); }
Json or_null(const std::optional<std::string>& value) { return value ? Json(*value) : Json(nullptr); }

Json boolean_json(const SelinuxBoolean& boolean) {
  return {{"name", boolean.name},
          {"from", or_null(boolean.kept_from)},
          {"to", or_null(boolean.kept_to)},
          {"running_from", or_null(boolean.running_from)},
          {"running_to", or_null(boolean.running_to)}};
}

Json port_json(const SelinuxPort& port) {
  return {{"protocol", port.protocol},
          {"low", port.low},
          {"high", port.high},
          {"from", or_null(port.from)},
          {"to", or_null(port.to)}};
}

Json selinux_json(const SelinuxEdit& edit) {
  Json json{{"kind", "selinux"}, {"store", edit.store}, {"booleans", Json::array()}, {"ports", Json::array()}};
  for (const auto& boolean : edit.booleans) json["booleans"].push_back(boolean_json(boolean));
  for (const auto& port : edit.ports) json["ports"].push_back(port_json(port));
  return json;
}

std::optional<bool> read_optional_boolean(const JsonFields& fields, std::string_view name) {
  return fields.is_null(name) ? std::nullopt : std::optional(fields.boolean(name));
}

std::optional<std::string> read_optional_text(const JsonFields& fields, std::string_view name) {
  return fields.is_null(name) ? std::nullopt : std::optional(fields.text(name));
}

std::uint16_t read_port_number(const JsonFields& fields, std::string_view name) {
  const auto number = fields.small_number(name);
  if (number > UINT16_MAX) fields.complain(name, "a port");
  return static_cast<std::uint16_t>(number);
}

SelinuxEdit read_selinux_edit(const JsonFields& fields) {
  SelinuxEdit edit{.store = fields.text("store")};
  fields.each("booleans", [&](const JsonFields& inner) {
    edit.booleans.push_back({.name = inner.text("name"),
                             .kept_from = read_optional_boolean(inner, "from"),
                             .kept_to = read_optional_boolean(inner, "to"),
                             .running_from = read_optional_boolean(inner, "running_from"),
                             .running_to = read_optional_boolean(inner, "running_to")});
  });
  fields.each("ports", [&](const JsonFields& inner) {
    edit.ports.push_back({.protocol = inner.text("protocol"),
                          .low = read_port_number(inner, "low"),
                          .high = read_port_number(inner, "high"),
                          .from = read_optional_text(inner, "from"),
                          .to = read_optional_text(inner, "to")});
  });
  if (const auto why = why_impossible(edit); !why.empty()) fields.complain("store", "of a possible edit: " + why);
  return edit;
}

SelinuxRepair read_selinux_repair(const JsonFields& fields) {
  SelinuxRepair repair{fields.text("store")};
  if (!is_store_name(repair.store)) fields.complain("store", "a name of a policy");
  return repair;
}

}  // namespace

Json change_json(const Change& change) {
  return visit(
      change,
      [](const SysctlWrite& write) {
        return Json{{"kind", "sysctl"}, {"key", write.key}, {"from", write.from}, {"to", write.to}};
      },
      [](const FileWrite& write) {
        return Json{
            {"kind", "file"}, {"path", write.path}, {"from", image_json(write.from)}, {"to", image_json(write.to)}};
      },
      [](const DirectoryWrite& write) {
        return Json{{"kind", "directory"}, {"path", write.path}, {"from", write.from}, {"to", write.to}};
      },
      [](const UnitsReload&) {
        return Json{{"kind", "units_reload"}};
      },
      [](const UnitRestart& restart) {
        return Json{{"kind", "unit_restart"}, {"unit", restart.unit}};
      },
      [](const SelinuxEdit& edit) { return selinux_json(edit); },
      [](const SelinuxRepair& repair) {
        return Json{{"kind", "selinux_repair"}, {"store", repair.store}};
      });
}

Change read_change(const JsonFields& fields) {
  const auto kind = fields.text("kind");
  if (kind == "sysctl") return SysctlWrite{fields.text("key"), fields.text("from"), fields.text("to")};
  if (kind == "file") return read_file_write(fields);
  if (kind == "directory") return DirectoryWrite{fields.text("path"), fields.boolean("from"), fields.boolean("to")};
  if (kind == "unit_restart") return UnitRestart{fields.text("unit")};
  if (kind == "selinux") return read_selinux_edit(fields);
  if (kind == "selinux_repair") return read_selinux_repair(fields);
  if (kind != "units_reload") fields.complain("kind", "a kind of change");
  return UnitsReload{};
}

}  // namespace preflight
