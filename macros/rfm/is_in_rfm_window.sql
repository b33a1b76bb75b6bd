{# Whether a pay day lies in the statistical period of F and M: the rfm_window_days days ending at as_of_date. #}
{% macro is_in_rfm_window(pay_date, as_of_date) -%}
    {{ dbt.datediff(pay_date, as_of_date, 'day') }} between 0 and {{ coupon_rfm.setting('rfm_window_days') - 1 }}
{%- endmacro %}
