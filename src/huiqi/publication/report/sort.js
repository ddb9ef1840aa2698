// A click on a column's heading sorts the table by it; a second click turns the order round.
document.querySelectorAll("table.sortable").forEach(function (table) {
  table.querySelectorAll("thead th").forEach(function (head, column) {
    var button = document.createElement("button");
    button.type = "button";
    while (head.firstChild) button.appendChild(head.firstChild);
    head.appendChild(button);
    button.addEventListener("click", function () {
      var numeric = head.className === "number";
      var was = head.getAttribute("aria-sort");
      var down = was ? was === "ascending" : numeric;
      table.querySelectorAll("thead th").forEach(function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      var body = table.tBodies[0];
      var key = function (row) {
        var cell = row.cells[column];
        return numeric ? parseFloat(cell.getAttribute("data-order")) : cell.innerText;
      };
      var rows = Array.prototype.slice.call(body.rows);
      rows.sort(function (one, other) {
        var a = key(one), b = key(other);
        if (numeric) {
          if (isNaN(a)) return isNaN(b) ? 0 : 1;
          if (isNaN(b)) return -1;
          return down ? b - a : a - b;
        }
        return down ? b.localeCompare(a) : a.localeCompare(b);
      });
      rows.forEach(function (row) { body.appendChild(row); });
    });
  });
});
