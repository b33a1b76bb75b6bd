{#
    As dbt's own, except under `--empty`: that proves that all SQL runs, and leaves no rows that a data test could judge. There a
    test runs and its findings are not counted. Unit tests, which bring their own rows, judge as ever.
#}
{% macro get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
    {{ return(adapter.dispatch('get_test_sql', 'dbt')(
        main_sql, fail_calc, warn_if, error_if, 0 if flags.EMPTY else limit
    )) }}
{%- endmacro %}
