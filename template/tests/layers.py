"""The contract of import-linter that keeps packages from importing each other in a circle."""

from collections.abc import Iterator

from grimp import ImportGraph
from importlinter import ContractCheck, output
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract


class Acyclic(AcyclicSiblingsContract):
    """`acyclic_siblings`, which says in addition where the imports of a circle are."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find the circles, and what imports what where one can be opened."""
        found = super().check(graph, verbose)
        found.metadata["imports"] = sorted(
            line
            for summary in found.metadata["summaries"]
            for edge in summary.dependencies
            for pair in ((edge.downstream, edge.upstream), (edge.upstream, edge.downstream))
            for line in _imports(graph, *pair)
        )
        return found

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print the circles, then each import with its line."""
        super().render_broken_contract(check)
        for line in check.metadata["imports"]:
            output.print_error(line)
        output.new_line()


def _imports(graph: ImportGraph, importer: str, imported: str) -> Iterator[str]:
    """Yield each import from one package to the other, as import-linter writes it."""
    inside = {imported, *graph.find_descendants(imported)}
    for module in {importer, *graph.find_descendants(importer)}:
        for target in graph.find_modules_directly_imported_by(module) & inside:
            for detail in graph.get_import_details(importer=module, imported=target):
                yield f"- {module} -> {target} (l.{detail['line_number']})"
