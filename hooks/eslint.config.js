import tseslint from "typescript-eslint";

export default tseslint.config(...tseslint.configs.strictTypeChecked, {
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  rules: {
    // Numbers read well in messages, and every one here is an integer.
    "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    // The Java bridge's wrappers get their members at run time; they are typed where they enter.
    "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
    "no-restricted-syntax": [
      "error",
      {
        selector: "CallExpression[callee.name='handleOf'] > .arguments[property.name='class']",
        message: "`.class` is a new wrapper, whose reference goes with it: use classHandle().",
      },
      {
        selector: "MemberExpression[property.name='$h'] > MemberExpression.object[property.name='class']",
        message: "`.class` is a new wrapper, whose reference goes with it: use classHandle().",
      },
    ],
  },
});
