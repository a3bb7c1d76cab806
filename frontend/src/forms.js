export function start(root) {
  void root;
}
