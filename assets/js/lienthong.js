// Everything here is an improvement: every page works without it.
import {
  createAll, Button, CharacterCount, Checkboxes, ErrorSummary, FileUpload, NotificationBanner, PasswordInput, Radios,
  ServiceNavigation, SkipLink, Tabs,
} from "govuk-frontend";
import { MultiSelect } from "@ministryofjustice/frontend/moj/components/multi-select/multi-select.mjs";
import { SortableTable } from "@ministryofjustice/frontend/moj/components/sortable-table/sortable-table.mjs";
import htmx from "htmx.org";

const english = document.documentElement.lang === "en";

const upload = english
  ? {}
  : {
      i18n: {
        chooseFilesButton: "Chọn tệp",
        dropInstruction: "hoặc kéo tệp vào đây",
        noFileChosen: "Chưa chọn tệp nào",
        multipleFilesChosen: { other: "Đã chọn %{count} tệp" },
        enteredDropZone: "Đang ở vùng thả tệp",
        leftDropZone: "Đã ra khỏi vùng thả tệp",
      },
    };

const count = english
  ? {}
  : {
      i18n: {
        charactersUnderLimit: { other: "Bạn còn %{count} ký tự" },
        charactersAtLimit: "Bạn đã hết số ký tự",
        charactersOverLimit: { other: "Bạn viết quá %{count} ký tự" },
        wordsUnderLimit: { other: "Bạn còn %{count} từ" },
        wordsAtLimit: "Bạn đã hết số từ",
        wordsOverLimit: { other: "Bạn viết quá %{count} từ" },
        textareaDescription: { other: "" },
      },
    };

const password = english
  ? {}
  : {
      i18n: {
        showPassword: "Hiện",
        hidePassword: "Ẩn",
        showPasswordAriaLabel: "Hiện mật khẩu",
        hidePasswordAriaLabel: "Ẩn mật khẩu",
        passwordShownAnnouncement: "Mật khẩu đang hiện",
        passwordHiddenAnnouncement: "Mật khẩu đang ẩn",
      },
    };

const sorting = english
  ? {}
  : { statusMessage: "Đã xếp theo %heading% (%direction%)", ascendingText: "tăng dần", descendingText: "giảm dần" };

function improve(scope) {
  for (const Component of [
    Button, Checkboxes, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink, Tabs, MultiSelect,
  ]) {
    createAll(Component, undefined, scope);
  }
  createAll(FileUpload, upload, scope);
  createAll(CharacterCount, count, scope);
  createAll(PasswordInput, password, scope);
  createAll(SortableTable, sorting, scope);
  for (const button of scope.querySelectorAll("[data-module='lt-print']")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

// A menu made of <details> closes when the person goes elsewhere, and by Escape.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.lt-person[open]")) {
    if (menu !== except) menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.lt-person")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.lt-person[open]");
  closeMenus(null);
  menu?.querySelector("summary").focus();
});

window.htmx = htmx;
document.body.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) improve(event.detail.elt);
});
improve(document);
